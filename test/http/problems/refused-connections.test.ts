/** A client that ignores the end of a refused connection holds no socket of ours: one client could keep out all others. */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';
import { until } from '../../worlds/wait.ts';

/** Short, so that a test need not wait long; what is tested is that it ends at all. */
const LIMITS = {
  ...HTTP_LIMITS,
  refused_linger_ms: 300,
  linger_ms: 300,
  headers_timeout_ms: 500,
  timeout_check_ms: 100,
  keep_alive_ms: 500,
};
const SOCKETS = 400;

const HEAD = 'Host: x\r\nContent-Type: application/json\r\n';
const post = (route: string, more: string) => `POST ${route} HTTP/1.1\r\n${HEAD}${more}`;
const WAYS: Record<string, string> = {
  'garbage instead of a request': 'hello\r\n\r\n',
  'a tunnel': 'CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n',
  'an upgrade': 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframes',
  'headers that are too large': `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  'headers that never end': 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: ',
  'nothing at all': '',
  'a body that is refused and never ends': post('/v1/resources', 'Content-Length: 1000000\r\n\r\n{'),
  'chunks that are refused and never end': post('/v1/nothing', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n'),
  'an expectation before a refused body': post('/v1/resources', 'Content-Length: 10\r\nExpect: 100-continue\r\n\r\n'),
  'a strange expectation': post('/v1/resources', 'Content-Length: 10\r\nExpect: tea\r\n\r\n'),
  'a broken chunk in the middle of a body': post('/v1/resources', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\nzz\r\n'),
};

/** Keeps its half of the connection open whatever it is told, and never reads. */
async function stubborn(world: HttpWorld, bytes: string): Promise<Socket> {
  const socket = connect({ port: world.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {}); // cut off by the server, which is what is wanted
  await new Promise((resolve) => socket.once('connect', resolve));
  if (bytes !== '') socket.write(bytes);
  return socket;
}

describe('a refused connection ends soon, whatever its client does', () => {
  const clients = Object.entries(WAYS).flatMap(([way, bytes]) => [
    { way, bytes, is_silent: true },
    { way, bytes, is_silent: false },
  ]);
  for (const { way, bytes, is_silent } of clients)
    test(`${way}; then the client ${is_silent ? 'is silent' : 'goes on sending'}`, { timeout: 60_000 }, async () => {
      const world = await httpWorld({ limits: LIMITS });
      const sockets = await Promise.all(Array.from({ length: 20 }, () => stubborn(world, bytes)));
      // What trickles in keeps an idle timeout from ever being over.
      const trickle = setInterval(() => {
        for (const socket of sockets) if (!socket.destroyed && !is_silent) socket.write('x');
      }, 50);
      try {
        await until(`no socket is open after ${way}`, async () => (await world.server.connections()) === 0, 5_000);
      } finally {
        clearInterval(trickle);
        for (const socket of sockets) socket.destroy();
        await world.stop();
      }
    });

  test('with many of them, only so many are kept a moment, and others are served meanwhile', async () => {
    const limits = { ...LIMITS, refused_linger_ms: 60_000, linger_ms: 60_000, max_lingering: 10 };
    const world = await httpWorld({ limits });
    const kinds = ['garbage instead of a request', 'a tunnel', 'a body that is refused and never ends'];
    const sockets = await Promise.all(
      Array.from({ length: SOCKETS }, (_, n) => stubborn(world, WAYS[kinds[n % kinds.length] ?? ''] ?? '')),
    );
    try {
      await until('all but a few are closed', async () => (await world.server.connections()) <= limits.max_lingering, 5_000);
      assert.equal((await world.call('GET', '/healthz', { key: null })).status, 200);
    } finally {
      for (const socket of sockets) socket.destroy();
      await world.stop();
    }
  });

  test('a client that reads its refusal gets all of it', async () => {
    const world = await httpWorld({ limits: { ...LIMITS, max_lingering: 0 } });
    try {
      for (const [way, code] of [
        ['garbage instead of a request', '400'],
        ['a tunnel', '405'],
      ] as const) {
        const socket = await stubborn(world, WAYS[way] ?? '');
        let text = '';
        socket.on('data', (data: Buffer) => {
          text += data.toString();
        });
        await new Promise((resolve) => socket.once('end', resolve));
        assert.match(text, new RegExp(`^HTTP/1.1 ${code} [^]*"request_id":"[^"]+"}$`));
        socket.destroy();
      }
    } finally {
      await world.stop();
    }
  });

  test('a client that resets its connection after a refusal harms nobody', async () => {
    const world = await httpWorld({ limits: LIMITS });
    for (const bytes of [WAYS['a tunnel'], WAYS['garbage instead of a request'], WAYS['an upgrade']])
      for (let n = 0; n < 20; n++) (await stubborn(world, bytes ?? '')).resetAndDestroy();
    await until('all are gone', async () => (await world.server.connections()) === 0, 5_000);
    assert.equal((await world.call('GET', '/healthz', { key: null })).status, 200);
    await world.stop();
  });

  test('a connection that is of use again after a refused body keeps nothing of it', async () => {
    const world = await httpWorld();
    const warnings: string[] = [];
    const warned = (warning: Error) => void warnings.push(warning.message);
    process.on('warning', warned);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const refused = () =>
      new Promise<string>((resolve, reject) => {
        const asked = request({ agent, port: world.port, method: 'POST', path: '/v1/resources' }, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(`${answer.statusCode} ${asked.reusedSocket}`));
        });
        asked.once('error', reject);
        asked.end('x'.repeat(500_000));
      });
    try {
      const answers: string[] = [];
      for (let n = 0; n < 30; n++) answers.push(await refused());
      assert.deepEqual([...new Set(answers)], ['401 false', '401 true']);
      assert.deepEqual(warnings, []);
    } finally {
      process.off('warning', warned);
      agent.destroy();
      await world.stop();
    }
  });
});
