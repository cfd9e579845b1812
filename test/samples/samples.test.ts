import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { SEED, trial, trialTable } from './trial.ts';

/** Minimum share of characters and of phrases that are right. The samples are pictures that read well: what is misread can't be found. */
const LEAST_RIGHT = 0.97;
const LEAST_FIRST = 1;
/** Minimum share of boxes within 1 % of the page. What is beside other writing in a short line may be half a character off. */
const LEAST_NEAR = 0.9;

test(`the samples are read, and found in first place by their own phrases among 2,000 other texts (seed ${SEED})`, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-samples-'));
  try {
    const tried = await trial(folder);
    t.diagnostic(`\n${trialTable(tried)}`);
    for (const { file, missed } of tried) if (missed.length > 0) t.diagnostic(`${file} is not first for ${missed.join(' | ')}`);
    for (const { file, boxes } of tried)
      if (boxes.far.length > 0) t.diagnostic(`${file}, far from where they are: ${boxes.far.join(' | ')}`);
    const sum = (of: 'found' | 'near') => tried.reduce((all, { boxes }) => all + boxes[of], 0);
    assert.ok(sum('found') > 200 && sum('near') / sum('found') >= LEAST_NEAR, `${sum('near')} of ${sum('found')} boxes are near`);
    for (const { file, status, accuracy, drawn, first, missed } of tried) {
      assert.equal(status, 'INDEXED', file);
      assert.ok(accuracy === null || accuracy >= LEAST_RIGHT, `${file}: ${accuracy} of its characters are right`);
      assert.ok(drawn === 0 || first / drawn >= LEAST_FIRST, `${file} is not first for ${missed.join(', ')}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
