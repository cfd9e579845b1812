import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openRunMarks } from '../../persistence/folder/run-marks.ts';
import type { MarkedRun } from '../../runtime/ports/run-marks.ts';

const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-marks-'));
after(() => rm(dir, { recursive: true, force: true }));
const A: MarkedRun = { resource_id: 'a', kind: 'ocr' };
const B: MarkedRun = { resource_id: 'b', kind: 'inspect' };
const warned: string[] = [];
const log = { warn: (_: object, message: string) => warned.push(message) };
/** As by a process after the one before has died, wherever it was. */
const opened = () => openRunMarks({ dir, now: Date.now, log: log as never });

test('what died beside others is a suspect with no losses; alone each death counts; what ends is cleared', async () => {
  const first = await opened();
  assert.deepEqual([first.losses(A), first.losses(B)], [null, null]);
  await first.begin(A, false);
  await first.begin(B, false);

  const second = await opened();
  assert.deepEqual([second.losses(A), second.losses(B)], [0, 0]);
  await second.begin(A, true);

  const third = await opened();
  assert.deepEqual([third.losses(A), third.losses(B)], [1, 0]);
  await third.begin(B, true);
  await third.end(B, true);
  assert.equal(third.losses(B), null);

  const fourth = await opened();
  assert.deepEqual([fourth.losses(A), fourth.losses(B)], [1, null], 'a death without a mark counts against nobody');
  await fourth.begin(A, true);
  await fourth.end(A, false);
  assert.deepEqual([(await opened()).losses(A)], [1], 'handed back by a stop it stays as it was');
  await fourth.end(A, true);
  assert.deepEqual(await readdir(dir), []);
});

test('a mark that was cut short is of a suspect, and one that nobody asks about goes', async () => {
  await writeFile(path.join(dir, 'a.ocr'), '{"loss');
  assert.equal((await opened()).losses(A), 0);
  await utimes(path.join(dir, 'a.ocr'), new Date(0), new Date(0));
  assert.equal((await opened()).losses(A), null);
  assert.deepEqual(await readdir(dir), []);
});

test('a mark that can not be written stops no run', async () => {
  const marks = await opened();
  await rm(dir, { recursive: true });
  await marks.begin(A, false);
  await marks.end(A, false);
  assert.deepEqual(warned, ['the mark of a run was not written']);
});
