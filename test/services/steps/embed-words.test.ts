/** What of a picture is embedded: its words, however much room is between them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from '../../../services/steps/embed.ts';
import { saved } from '../../worlds/entries.ts';

test('a gap is one blank, or the end of a line, however long it is', () => {
  assert.equal(wordsOf(saved(`a${' '.repeat(2_000_000)}b \t c`)), 'a b c');
  assert.equal(wordsOf(saved('total\u3000\u3000\n\n  12.50 \n', { title: 'bill' })), 'bill\ntotal\n12.50');
  assert.equal(wordsOf(saved(' \n ', { filename: 'x.png' })), 'x.png');
});
