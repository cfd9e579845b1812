/** docs/client-example.mjs: what a new user writes with `tuodi/client`, run against a service as it stands, from a folder with the packed package. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { started } from '../worlds/tuodi.ts';

const EXAMPLE = 'docs/client-example.mjs';
let dir: string;
let service: Awaited<ReturnType<typeof started>>;
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tuodi-example-'));
  await installed(dir);
  service = await started(path.join(dir, 'data'), { TUODI_OCR_WORKERS: '1' });
});
after(async () => {
  await service.stop();
  await rm(dir, { recursive: true });
});

/** A folder as `npm install tuodi` leaves it, of what is compiled here, with the example in it. */
async function installed(folder: string): Promise<void> {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
  execFileSync('bash', ['-c', 'tar -xzf tuodi-*.tgz'], { cwd: folder });
  await mkdir(path.join(folder, 'node_modules'));
  await rename(path.join(folder, 'package'), path.join(folder, 'node_modules', 'tuodi'));
  await symlink(path.resolve('node_modules/zod'), path.join(folder, 'node_modules', 'zod'));
  await cp(EXAMPLE, path.join(folder, 'example.mjs'));
}

async function run(file: string, words: string, api_key: string) {
  const env = { ...process.env, TUODI_URL: service.url, TUODI_API_KEY: api_key, NODE_OPTIONS: '' };
  const child = spawn(process.execPath, ['example.mjs', path.resolve(file), words], { cwd: dir, env, timeout: 120_000 });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { out, err, code: Number(code) };
}

test('it has about 30 lines, and sends a picture, finds it by a word on it, and says where the word stands', async () => {
  assert.ok(readFileSync(EXAMPLE, 'utf8').split('\n').length <= 35);
  const { out, err, code } = await run('samples/receipt.jpg', 'Skylark', service.api_key ?? '');
  assert.equal(code, 0, err);
  assert.match(out, /: INDEXED\n1 found\n.*, page 1: \d+ % from the left, \d+ % from the top/);
});

test('a problem is printed with its code', async () => {
  const { err, code } = await run('samples/receipt.jpg', 'x', 'no key');
  assert.deepEqual([code, err.split(':')[0]], [1, 'UNAUTHENTICATED']);
});
