/** Other users of the machine: they read nothing of ours, put nothing in our way, and get no key by an address of theirs. */
import assert from 'node:assert/strict';
import { chmod, chown, link, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { startApp } from '../../app/app.ts';
import { type Config, readConfig } from '../../app/config.ts';
import { connect } from '../../cli/client.ts';
import { disposeOf } from '../../cli/ingest/after-ingest.ts';
import { statFile } from '../../cli/ingest/folder-files.ts';
import { parseAfterIngest } from '../../cli/ingest/watch-command.ts';
import { output } from '../../cli/output.ts';
import { SAMPLES } from '../../cli/project.ts';
import { tuodi } from '../worlds/tuodi.ts';

const base = await mkdtemp(path.join(tmpdir(), 'tuodi-local-users-'));
after(() => rm(base, { recursive: true, force: true }));
let n = 0;
const fresh = () => path.join(base, `folder-${n++}`);
const configOf = (data_dir: string, env: NodeJS.ProcessEnv = {}): Config =>
  readConfig({ TUODI_DATA_DIR: data_dir, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', ...env }).config;

/** What is below that somebody else could reach, with its mode. */
async function open(dir: string): Promise<string[]> {
  const all = [dir, ...(await readdir(dir, { recursive: true })).map((name) => path.join(dir, name))];
  const modes = await Promise.all(all.map(async (file) => ({ file, mode: (await lstat(file)).mode & 0o777 })));
  return modes
    .filter(({ mode }) => (mode & 0o077) !== 0)
    .map(({ file, mode }) => `${path.relative(base, file)} ${mode.toString(8)}`);
}
/** With the mask that most systems have: nothing is private by luck. */
async function withMask<Value>(work: () => Promise<Value>): Promise<Value> {
  const before = process.umask(0o022);
  try {
    return await work();
  } finally {
    process.umask(before);
  }
}

describe('the files of the service', () => {
  test('are this user’s alone, whatever the mask is: of a service at work, and of what it leaves', () =>
    withMask(async () => {
      const dir = fresh();
      const app = await startApp(configOf(dir), '0.0.0');
      try {
        const form = new FormData();
        form.append('file', new Blob([await readFile(path.join(SAMPLES, 'receipt.jpg'))]), 'receipt.jpg');
        const headers = { authorization: `Bearer ${app.local_key}`, prefer: 'wait=30' };
        assert.equal((await fetch(`${app.url}/v1/resources`, { method: 'POST', headers, body: form })).status, 201);
        assert.deepEqual(await open(dir), []);
        assert.ok((await readdir(dir)).includes('service.json'));
      } finally {
        await app.stop();
      }
      assert.deepEqual(await open(dir), []);
    }));

  test('of a folder that was open are closed at the start; what is not ours in it is left alone', async () => {
    const dir = fresh();
    await (await startApp(configOf(dir), '0.0.0')).stop();
    await mkdir(path.join(dir, 'objects', 'org', 'run'), { recursive: true });
    await writeFile(path.join(dir, 'objects', 'org', 'run', 'original'), 'bytes');
    await writeFile(path.join(dir, 'notes.txt'), 'of a person');
    const outside = path.join(base, `outside-${n++}`);
    await writeFile(outside, 'of a person');
    await symlink(outside, path.join(dir, 'objects', 'link'));
    for (const file of ['facts.sqlite', 'link-secret', 'objects/org/run/original', 'notes.txt'])
      await chmod(path.join(dir, file), 0o644);
    for (const folder of ['objects', 'objects/org', 'objects/org/run', '.']) await chmod(path.join(dir, folder), 0o755);
    await chmod(outside, 0o644);
    const { code, err } = await tuodi(['--data-dir', dir, 'status'], { TUODI_LOG_LEVEL: 'warn' });
    assert.equal(code, 0, err);
    assert.match(err, /could be read by other users; it is closed to them now/);
    const left = (await open(dir)).filter((line) => !line.includes('objects/link'));
    assert.deepEqual(left, [`${path.relative(base, path.join(dir, 'notes.txt'))} 644`]);
    assert.equal((await stat(outside)).mode & 0o777, 0o644);
    const again = await tuodi(['--data-dir', dir, 'status'], { TUODI_LOG_LEVEL: 'warn' });
    assert.doesNotMatch(again.err, /closed to them/, 'told when something was changed only');
  });

  test('of backup, restore and export are private as well, with objects by link or copied', () =>
    withMask(async () => {
      const [dir, out] = [fresh(), fresh()];
      const run = async (...args: string[]) => {
        const { code, err } = await tuodi(['--data-dir', dir, ...args]);
        assert.equal(code, 0, `${args.join(' ')}: ${err}`);
      };
      await run('ingest', path.join(SAMPLES, 'receipt.jpg'));
      await run('export', path.join(out, 'export'));
      await run('backup', path.join(out, 'linked'));
      await run('backup', path.join(out, 'copied'), '--copy');
      for (const file of ['facts.sqlite', 'link-secret']) await chmod(path.join(out, 'copied', file), 0o644); // of an earlier version
      await tuodi(['--data-dir', path.join(out, 'restored'), 'restore', path.join(out, 'copied')]);
      assert.deepEqual(await open(path.join(out, 'export')), []);
      assert.deepEqual(await open(path.join(out, 'linked')), []);
      assert.deepEqual(await open(path.join(out, 'restored')), []);
    }));

  test('that --watch moves stay as open as they were: they are people’s own', () =>
    withMask(async () => {
      const root = fresh();
      await mkdir(path.join(root, 'sub'), { recursive: true });
      const file = path.join(root, 'sub', 'a.jpg');
      await writeFile(file, 'bytes');
      process.umask(0o077);
      const seen = await statFile(file);
      assert.ok(seen);
      await disposeOf(file, seen, root, parseAfterIngest(`move=${path.join(root, 'done', 'here')}`));
      const modes = ['done', 'done/here', 'done/here/sub', 'done/here/sub/a.jpg'].map(
        async (name) => (await stat(path.join(root, name))).mode & 0o777,
      );
      assert.deepEqual(await Promise.all(modes), [0o755, 0o755, 0o755, 0o644]);
    }));
});

describe('a start', () => {
  test('writes service.json through no link and into no file of somebody else', async () => {
    for (const trap of ['a symbolic link', 'a hard link', 'a file of another user'] as const) {
      const dir = fresh();
      await mkdir(dir);
      const victim = path.join(base, `victim-${n++}`);
      await writeFile(victim, 'untouched', { mode: 0o644 });
      const file = path.join(dir, 'service.json');
      if (trap === 'a symbolic link') await symlink(victim, file);
      else await link(victim, file);
      if (trap === 'a file of another user' && process.getuid?.() === 0) await chown(victim, 12_345, 12_345);
      const app = await startApp(configOf(dir), '0.0.0');
      try {
        assert.equal(await readFile(victim, 'utf8'), 'untouched', trap);
        const made = await lstat(file);
        assert.ok(made.isFile() && (made.mode & 0o777) === 0o600 && made.uid === process.getuid?.(), trap);
      } finally {
        await app.stop();
      }
    }
  });

  test('locks no file through a link', async () => {
    const dir = fresh();
    await mkdir(dir);
    await symlink(path.join(base, 'made-by-the-lock'), path.join(dir, 'lock.sqlite'));
    await assert.rejects(startApp(configOf(dir), '0.0.0'), /can't be used.*symbolic link/);
    await assert.rejects(lstat(path.join(base, 'made-by-the-lock')));
  });

  test('that fails keeps the first admin key for the next: it is told to nobody else', async () => {
    const dir = fresh();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo; // it listens on a port
    await assert.rejects(startApp(configOf(dir, { TUODI_LISTEN: `127.0.0.1:${port}` }), '0.0.0'), /EADDRINUSE/);
    await new Promise((resolve) => taken.close(resolve));
    const app = await startApp(configOf(dir), '0.0.0');
    const { first_key } = app;
    await app.stop();
    assert.ok(first_key);
  });
});

describe('a command', () => {
  /** Somebody who waits for keys. */
  async function thief() {
    const received: IncomingMessage[] = [];
    const server = createServer((req, res) => {
      received.push(req);
      if (req.url === '/v1/ops/summary') res.statusCode = 404; // as an earlier service
      res.setHeader('content-type', 'application/json').end('{"total":0,"by_phase":{},"by_status":{},"by_remark":{}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port
    return { url: `http://127.0.0.1:${port}`, received, close: () => new Promise((resolve) => server.close(resolve)) };
  }
  const KEY = 'tuodi_of-another-service_secret';
  const opened = async () => ({ url: 'http://opened.invalid', api_key: 'opened', stop: async () => undefined });

  test('sends TUODI_API_KEY to TUODI_URL alone, and to no address that a folder names', async () => {
    const { url, received, close } = await thief();
    const dir = fresh();
    await mkdir(dir, { mode: 0o700 });
    await writeFile(path.join(dir, 'service.json'), JSON.stringify({ url, api_key: 'theirs', pid: 1 }), { mode: 0o600 });
    const warned: string[] = [];
    const client = await connect(configOf(dir, { TUODI_API_KEY: KEY }), opened, {
      ...output(false),
      warn: (text) => void warned.push(text),
    });
    await client.request('GET', '/v1/resources/counts');
    assert.deepEqual([client.url, client.api_key], [url, 'theirs']);
    const { code } = await tuodi(['--data-dir', dir, 'status'], { TUODI_API_KEY: KEY });
    assert.equal(code, 0);
    assert.ok(received.length >= 4);
    for (const { headers } of received) assert.ok(!JSON.stringify(headers).includes(KEY));
    assert.match(warned.join(), /TUODI_API_KEY is not used/);
    const reported = await connect(configOf(dir, { TUODI_API_KEY: KEY, TUODI_URL: url }), opened, output(false));
    assert.deepEqual([reported.url, reported.api_key], [url, KEY]);
    await close();
  });

  test('believes no service.json that is a link, that others may write, or that is another user’s', async () => {
    const { url, received, close } = await thief();
    const text = JSON.stringify({ url, api_key: 'theirs', pid: 1 });
    const traps: Record<string, (file: string) => Promise<void>> = {
      link: async (file) => {
        await writeFile(`${file}.real`, text, { mode: 0o600 });
        await symlink(`${file}.real`, file);
      },
      writable: async (file) => {
        await writeFile(file, text);
        await chmod(file, 0o666);
      },
      'of another user': async (file) => {
        await writeFile(file, text, { mode: 0o600 });
        await chown(file, 12_345, 12_345);
      },
      half: (file) => writeFile(file, text.slice(0, 20), { mode: 0o600 }),
      nothing: (file) => writeFile(file, '', { mode: 0o600 }),
    };
    if (process.getuid?.() !== 0) delete traps['of another user']; // nobody else can make one
    for (const [what, trap] of Object.entries(traps)) {
      const dir = fresh();
      await mkdir(dir, { mode: 0o700 });
      await trap(path.join(dir, 'service.json'));
      assert.equal((await connect(configOf(dir), opened, output(false))).api_key, 'opened', what);
    }
    assert.equal(received.length, 0);
    await close();
  });

  test('takes its key to no other address that TUODI_URL leads on to', async () => {
    const { url: to, received, close } = await thief();
    const from = createServer((_, res) => res.writeHead(307, { location: `${to}/v1/resources/counts` }).end());
    await new Promise<void>((resolve) => from.listen(0, 'localhost', resolve));
    const { port } = from.address() as AddressInfo; // it listens on a port
    await tuodi(['status'], { TUODI_URL: `http://localhost:${port}`, TUODI_API_KEY: KEY });
    for (const { headers } of received) assert.ok(!JSON.stringify(headers).includes(KEY));
    await new Promise((resolve) => from.close(resolve));
    await close();
  });
});
