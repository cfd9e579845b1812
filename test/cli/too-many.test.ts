/** A service that has had enough for a moment: commands wait as long as it says, and go on. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { clientOf } from '../../cli/client.ts';
import { ApiError } from '../../contract/client.ts';

async function serving(
  refusals: number,
  retry_after: string,
  work: (url: string, asked: () => number) => Promise<void>,
): Promise<void> {
  let asked = 0;
  const server = createServer((req, res) => {
    req.resume();
    asked += 1;
    const is_refused = asked <= refusals;
    res.writeHead(is_refused ? 429 : 200, { 'content-type': 'application/json', 'retry-after': retry_after });
    res.end(JSON.stringify(is_refused ? { code: 'TOO_MANY_REQUESTS', detail: 'wait' } : { ok: true }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    await work(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, () => asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
const refused = (error: unknown) => error instanceof ApiError && error.code === 'TOO_MANY_REQUESTS';

test('the same is sent again, a form too', () =>
  serving(2, '0', async (url, asked) => {
    const body = new FormData();
    body.set('file', new Blob(['bytes']), 'a.png');
    assert.deepEqual((await clientOf(url, 'key').request('POST', '/v1/resources', { body })).body, { ok: true });
    assert.equal(asked(), 3);
  }));

test('not for ever', () =>
  serving(1_000, '0', async (url, asked) => {
    await assert.rejects(clientOf(url, 'key').request('GET', '/v1/resources'), refused);
    assert.equal(asked(), 10);
  }));

for (const long of ['3600', 'tomorrow', '-1e9x'])
  test(`not after a pause of ${long}`, () =>
    serving(1_000, long, async (url, asked) => {
      await assert.rejects(clientOf(url, 'key').request('GET', '/v1/resources'), refused);
      assert.equal(asked(), 1);
    }));

test('not once the command is stopped', () =>
  serving(1_000, '30', async (url) => {
    const stop = new AbortController();
    const asked = clientOf(url, 'key').request('GET', '/v1/resources', { signal: stop.signal });
    stop.abort(new Error('stopped'));
    await assert.rejects(asked);
  }));
