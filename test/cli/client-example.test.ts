/** docs/client-example.mjs: what a new user writes with `tuodi/client`, run as it stands against a service. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
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
  service = await started(dir, { TUODI_OCR_WORKERS: '1' });
});
after(async () => {
  await service.stop();
  await rm(dir, { recursive: true });
});

async function run(file: string, words: string, api_key: string) {
  const env = { ...process.env, TUODI_URL: service.url, TUODI_API_KEY: api_key };
  const child = spawn(process.execPath, [EXAMPLE, file, words], { env, timeout: 120_000 });
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
