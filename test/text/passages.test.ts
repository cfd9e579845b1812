/** Passages: all of a text up to a bound, cut where a reader would. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_PASSAGES, PASSAGE_TOKENS, passagesOf } from '../../text/passages.ts';

const bare = (text: string) => text.replaceAll(/\s/g, '');

test('a short text is one passage, and an empty one too', () => {
  assert.deepEqual(passagesOf('Total 12.50\nThank you'), ['Total 12.50\nThank you']);
  assert.deepEqual(passagesOf(''), ['']);
});

test('nothing is lost or said twice before the bound, and no character is cut', () => {
  const piece = fc.constantFrom('发票 ', 'invoice ', '12.50 ', '\n', '。', 'total: ', '😀', '龘𠮷', 'a');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 400 }), fc.integer({ min: 8, max: 60 }), (pieces, tokens) => {
      const text = pieces.join('');
      const passages = passagesOf(text, tokens);
      const all = bare(passages.join(''));
      assert.ok(passages.length <= MAX_PASSAGES);
      assert.ok(bare(text).startsWith(all));
      if (passages.length < MAX_PASSAGES) assert.equal(all, bare(text));
      for (const passage of passages) assert.ok(passage.isWellFormed());
      assert.ok(text.trim() === '' || passages.every((passage) => passage !== ''));
    }),
    { seed: 20261129 },
  );
});

test('a cut is at the end of a line, else of a sentence, else of a word', () => {
  const line = 'The water will be turned off on Tuesday morning';
  for (const [joint, last] of [
    ['\n', /morning$/],
    ['. ', /morning\.$/],
    [' ', /\w$/],
  ] as const) {
    const [first = '', second] = passagesOf(Array(40).fill(line).join(joint));
    assert.match(first, last, joint);
    assert.ok(second && /^[A-Za-z]/.test(second));
  }
  const [chinese = ''] = passagesOf('各位住户周二上午更换水管请提前储水。'.repeat(30));
  assert.ok(chinese.endsWith('。') && chinese.length <= PASSAGE_TOKENS);
});

test('a passage of English has about four times as many letters as one of Chinese', () => {
  const [english = ''] = passagesOf('water pipes replaced '.repeat(300));
  const [chinese = ''] = passagesOf('更换水管请提前储水'.repeat(300));
  assert.ok(english.length > 3 * chinese.length && english.length < 6 * chinese.length, `${english.length} ${chinese.length}`);
});
