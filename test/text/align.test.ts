/** Where words stand: in their own text, and in one that somebody has corrected. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { placesAfter, placesOf } from '../../text/align.ts';

const SEED = Number(process.env.GENERATED_SEED ?? 20_261_128);
/** Words as a page has them: of several lines, in Chinese without spaces. */
const WORDS = ['Skylark', 'Bakery', '云雀', '面包', 'Total', '274.70', 'the', 'cat', 'the', 'cat.'];
const TEXT = 'Skylark Bakery\n云雀面包\nTotal 274.70\nthe cat the cat.';

/** Each word with what stands at its place. */
const shown = (words: string[], after: string) => {
  const places = placesAfter(words, placesOf(words, TEXT), { before: TEXT, after });
  return words.map((word, i) => {
    const at = places[i] ?? null;
    if (at !== null) assert.equal(after.slice(at, at + word.length), word);
    return at;
  });
};

describe('places of words', () => {
  test('are offsets in UTF-16 units, one after the other, also of words that read alike', () => {
    assert.deepEqual(placesOf(WORDS, TEXT), [0, 8, 15, 17, 20, 26, 33, 37, 41, 45]);
    assert.deepEqual(placesOf(['😀', 'a'], '😀 a'), [0, 3]);
  });

  test('are none for a word that is not in the text, and those after it go on; what stands between is no word', () => {
    assert.deepEqual(placesOf(['a', 'x', 'b', ''], 'a b'), [0, null, 2, null]);
    assert.deepEqual(placesOf(['a', 'b'], '1. a (see b) c'), [3, 10]);
  });

  test('are the same in a text that is the same', () => {
    assert.deepEqual(shown(WORDS, TEXT), placesOf(WORDS, TEXT));
  });

  const EDITS: Record<string, [after: string, gone: string[]]> = {
    'a word is replaced': [TEXT.replace('Total', 'Sum'), ['Total']],
    'a word is lengthened: it is no more the word that stood there': [TEXT.replace('the cat the', 'the category the'), ['cat']],
    'words come before and after': [`Invoice 7\n${TEXT}\nThank you`, []],
    'a line is taken out': [TEXT.replace('云雀面包\n', ''), ['云雀', '面包']],
    'one Han character of a word is corrected': [TEXT.replace('云雀', '云省'), ['云雀']],
    'lines are joined': [TEXT.replaceAll('\n', ' '), []],
    'two places are corrected': [TEXT.replace('Skylark', 'Skylarks').replace('274.70', '274.10'), ['Skylark', '274.70']],
    'all is gone': ['', WORDS],
    'another text is put there': ['nothing of this', WORDS],
  };
  for (const [what, [after, gone]] of Object.entries(EDITS))
    test(`where ${what}, the other words keep theirs`, () => {
      const places = shown(WORDS, after);
      const lost = WORDS.filter((_, i) => places[i] === null);
      assert.deepEqual(lost, gone);
      const there = places.filter((at) => at !== null);
      assert.deepEqual(
        there,
        [...there].sort((a, b) => a - b),
        'in their order',
      );
    });

  test(`of any text and any correction are where the word stands, in its order (seed ${SEED})`, () => {
    const word = fc.constantFrom('a', 'b', '云', '雀', 'ab', '7.', '😀');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.array(word, { maxLength: 30 }), (words, other) => {
        const [before, after] = [words.join(' '), other.join(' ')];
        const places = placesAfter(words, placesOf(words, before), { before, after });
        const there = places.flatMap((at, i) => (at === null ? [] : [{ at, word: words[i] ?? '' }]));
        for (const [i, one] of there.entries()) {
          assert.ok(after.startsWith(one.word, one.at));
          const last = there[i - 1];
          assert.ok(!last || one.at >= last.at + last.word.length);
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('of 20,000 words, all of which were changed, are told at once', () => {
    const words = Array.from({ length: 20_000 }, (_, i) => `w${i}`);
    const [before, after] = [words.join(' '), words.map((word) => `${word}x`).join(' ')];
    const began = performance.now();
    const places = placesAfter([...words], placesOf(words, before), { before, after: `${after} end` });
    assert.ok(places.every((at) => at === null));
    assert.ok(performance.now() - began < 2_000);
  });
});
