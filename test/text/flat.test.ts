/** A word that is kept does not keep the text that it was cut from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookedUp } from '../../persistence/sqlite-index/vocabulary.ts';
import { flat } from '../../text/flat.ts';
import { heapInUse } from '../worlds/heap.ts';

const LINES = 300;
const LINE_CHARS = 32_000;

test('the same text, of any characters', () => {
  for (const text of [
    '',
    'short',
    'a word of more than thirteen',
    '合计金额人民币壹佰贰拾元整正',
    '\ud83d\ude00'.repeat(9),
    '\ud800'.repeat(20),
  ])
    assert.equal(flat(text), text);
});

test('long words of a vocabulary hold none of their lines', async () => {
  const kept = new Set<string>();
  const before = await heapInUse();
  for (let n = 0; n < LINES; n += 1) {
    const grams = `${'ab '.repeat(LINE_CHARS / 3)}.clongword${String(n).padStart(8, '0')}`;
    for (const word of lookedUp([{ plain: '', grams }])) kept.add(word);
  }
  const grown = (await heapInUse()) - before;
  assert.equal(kept.size, LINES);
  assert.ok(grown < (LINES * LINE_CHARS) / 4, `${grown} bytes for ${LINES} words`);
});
