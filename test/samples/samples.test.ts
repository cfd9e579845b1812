import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { SEED, trial, trialTable } from './trial.ts';

/** Of characters, and of phrases. The samples are pictures that read well: what is misread can't be found. */
const LEAST_RIGHT = 0.97;
const LEAST_FIRST = 1;
/** Words of five and more letters in all samples; fewer would mean that the comparison has lost them. */
const LEAST_PLACED = 150;

test(`the samples are read, their words are where they were drawn, and they are found in first place by their own phrases among 2,000 other texts (seed ${SEED})`, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-samples-'));
  try {
    const tried = await trial(folder);
    t.diagnostic(`\n${trialTable(tried)}`);
    for (const { file, missed } of tried) if (missed.length > 0) t.diagnostic(`${file} is not first for ${missed.join(' | ')}`);
    for (const { file, status, accuracy, drawn, first, missed, placed, astray } of tried) {
      assert.equal(status, 'INDEXED', file);
      assert.ok(accuracy === null || accuracy >= LEAST_RIGHT, `${file}: ${accuracy} of its characters are right`);
      assert.deepEqual(astray, [], `${file}: words that are not where they were drawn, of ${placed}`);
      assert.ok(drawn === 0 || first / drawn >= LEAST_FIRST, `${file} is not first for ${missed.join(', ')}`);
    }
    const placed = tried.reduce((sum, one) => sum + one.placed, 0);
    assert.ok(placed >= LEAST_PLACED, `the places of ${placed} words could be compared`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
