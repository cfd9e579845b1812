/** A part of the exploration, small enough for every test run; all of it is `npm run suite -- explore`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGS } from './configs.ts';
import { known } from './known.ts';
import { MUTANTS } from './mutants.ts';
import { explore } from './product.ts';

const SOUND = [
  'all well',
  'slow embedding, late',
  'people',
  'people, restored',
  'rows vanish, slow embedding',
  'rows vanish, embed refuses for ever',
  'faults, inspect hangs for ever',
  'faults, ocr unavailable for ever',
  'faults, embed refuses for ever',
];
for (const name of SOUND)
  test(`from every state of a world with ${name}, our own doing leads to rest, and nothing promised is broken`, () => {
    const config = known(
      CONFIGS.find((other) => other.name === name),
      name,
    );
    const { limbo, broken, found } = explore(config);
    assert.deepEqual({ limbo, broken, found }, { limbo: 0, broken: 0, found: [] });
  });

const WRONG = [
  'no token check',
  'no deadline in INIT; OCR hangs',
  'REJECTED without retention',
  'TRASHED is still shown',
  'INDEX_AHEAD is taken for written',
  'the text waits; embedding refuses',
  'a correction is not noted',
  'the index is told the revision before',
];
for (const name of WRONG)
  test(`the exploration finds out: ${name}`, () => {
    const config = known(
      MUTANTS.find((other) => other.name === name),
      name,
    );
    assert.notDeepEqual(explore(config, true).found, []);
  });
