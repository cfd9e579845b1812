/** service.json is named to people whatever stands there, and nothing in its place holds a start up. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { runs, serviceNamed } from '../../persistence/folder/service-file.ts';
import { lockFolder } from '../../persistence/sqlite/lock.ts';

const SERVICE = { url: 'http://127.0.0.1:8787', api_key: 'k', pid: process.pid };

test('a service is named; a link, a pipe, half a file and a large one are not', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-service-file-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'service.json');
  const named = async (place: () => Promise<unknown> | unknown) => {
    await rm(file, { force: true });
    await place();
    return serviceNamed(folder);
  };
  const whole = JSON.stringify(SERVICE);
  const { url, pid } = SERVICE;
  const seen = await named(() => writeFile(file, whole));
  assert.deepEqual({ url: seen?.url, pid: seen?.pid }, { url, pid });
  await writeFile(path.join(folder, 'other'), whole);
  assert.equal(await named(() => symlink('other', file)), null);
  assert.equal(await named(() => writeFile(file, whole.slice(0, 20))), null);
  assert.equal(await named(() => writeFile(file, whole + ' '.repeat(70_000))), null);
  assert.equal(await named(() => undefined), null);
  assert.equal(await named(() => execFileSync('mkfifo', [file])), null);
  const held = lockFolder(folder);
  try {
    assert.throws(() => lockFolder(folder), { message: /^another tuodi process is using the data folder \S+: stop it first/ });
  } finally {
    held.release();
  }
});

test('a process that runs is told from one that does not', () => {
  assert.equal(runs(process.pid), true);
  assert.equal(runs(2 ** 31 - 1), false);
});
