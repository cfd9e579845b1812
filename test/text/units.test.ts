/** The pieces of a text are what one regular expression says of them; they are read by a table of characters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold } from '../../text/fold.ts';
import { CONTINENTAL, units } from '../../text/units.ts';
import { seeded } from '../worlds/texts.ts';

const HAN = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\u30FC';
const NUMERALS = '零〇一二三四五六七八九○年';
const UNIT = new RegExp(
  [
    `(?<continental>${CONTINENTAL})`,
    "(?<grouped>\\d{1,3}(?:[,'’]\\d{3})+(?!\\d)(?:\\.\\d+(?!\\.?\\d))?)",
    '(?<number>(?<!\\d\\.)\\d+\\.\\d+(?!\\.?\\d)|\\d+)',
    `(?<han>[${HAN}]|(?<=[${NUMERALS}])○(?=[${NUMERALS}]))`,
    `(?![\\d${HAN}])[\\p{L}\\p{N}](?:(?![\\d${HAN}])[\\p{L}\\p{N}\\p{M}])*`,
  ].join('|'),
  'gu',
);

/** Where the pieces of a folded text begin and end, and of which kind each is. */
const expected = (folded: string): [string, number, number][] =>
  [...folded.matchAll(UNIT)].map(({ 0: whole, index, groups = {} }) => {
    const { continental, grouped, number, han } = groups;
    return [han ? 'han' : (continental ?? grouped ?? number) ? 'number' : 'word', index, index + whole.length];
  });

const PIECES = [
  ..."0123456789..,,   \n\t-/:·'’()¥$",
  ...'abcxyzABCéßłŞαжש',
  ...'中国年月日二〇一○零丨カナガーひ한국々〆',
  ...'①²½Ⅷ٣𝐀𝟗𠮷😀◌⃣',
  ...[
    '\u0301',
    '\u302a',
    '\u3099',
    '\u200d',
    '\ufe0f',
    '\ud800',
    '\udc00',
    'ﬁ',
    'İ',
    '1 234,50',
    '1,234.50',
    '2024.03.15',
    'ConradMoreau',
    '㍿',
    'ｶﾞ',
  ],
];

for (const seed of [1, 2, 3])
  test(`random text, seed ${seed}: each piece is where the expression finds it, of its kind`, () => {
    const random = seeded(seed);
    for (let n = 0; n < 3_000; n += 1) {
      const length = 1 + Math.floor(random() * 24);
      const text = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]).join('');
      const folded = fold(text);
      const wanted = expected(folded.text).map(([kind, from, to]) => [kind, folded.start(from), folded.end(to - 1)]);
      assert.deepEqual(
        units(text).map(({ kind, start, end }) => [kind, start, end]),
        wanted,
        JSON.stringify(text),
      );
    }
  });

test('a name of two words that capitals show is known whatever its letters are', () => {
  const apart = (text: string) => units(text).map((unit) => unit.apart ?? null);
  assert.deepEqual(apart('ConradMoreau ConradMoreau conradmoreau Conrad'), [
    ['conrad', 'moreau'],
    ['conrad', 'moreau'],
    null,
    null,
  ]);
});
