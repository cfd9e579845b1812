/** A retry makes sense since the last part that its step needs began to work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PART_NAMES, type PartName, type PartState } from '../../../contract/parts.ts';
import { retrySince } from '../../../runtime/health/retry-since.ts';

/** Each part began to work at the time of its place: 1 and on. */
const parts = (not_ok: Partial<Record<PartName, PartState>> = {}) =>
  PART_NAMES.map((part, i) => ({ part, state: not_ok[part] ?? ('ok' as const), since: i + 1 }));
const began = (part: PartName) => PART_NAMES.indexOf(part) + 1;

test('of each step, by what it needs', () => {
  assert.deepEqual(
    ['inspect', 'ocr', 'save', 'embed', 'index', 'purge', 'dream', null].map((step) => retrySince(step, parts())),
    [began('store'), began('recogniser'), null, began('embedder'), began('index'), began('store'), null, null],
  );
});

test('not while one of them is anything but ok, and whatever else is not', () => {
  for (const state of ['slow', 'paused', 'full', 'refused', 'away'] as const) {
    for (const part of ['store', 'recogniser'] as const) assert.equal(retrySince('ocr', parts({ [part]: state })), null);
    for (const part of PART_NAMES.filter((name) => name !== 'store' && name !== 'recogniser'))
      assert.equal(retrySince('ocr', parts({ [part]: state })), began('recogniser'), part);
  }
  assert.equal(retrySince('ocr', []), null, 'no process says anything of it');
});
