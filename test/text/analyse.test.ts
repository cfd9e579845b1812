/** The analyser: the same tokens for what means the same, and every token as an index keeps it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { APART, analyse, BREAK, stored } from '../../text/analyse.ts';
import { simplified } from '../../text/fold.ts';

const SEED = 20261123;
const grams = (text: string) => stored([text]).grams;
const plain = (text: string) => stored([text]).plain;

/** Every script we care for, both planes of Han, spaces, punctuation, marks and what is hard to see. */
const ALPHABET = [
  ...'的一是软軟體体乾干著发發髮面麵𠀀𠀁𪛖𰻞々〇カﾀﾞかー한국aAzZéÉéßσςІIiİ09.,，。 \n\u3000-_"“”（）①½㎡℃\u200B\u00AD\uFE00\uFEFF😀\u0301\uD800',
];
const mixed = fc
  .array(fc.constantFrom(...ALPHABET, 'running', '1,234.50', '2024.03.15', 'iPhone15'), { maxLength: 60 })
  .map((parts) => parts.join(''));
const HAN = [...'的一是在不了有和人这中大为上个国我以要他時來用們𠀀𠀁𪛖𰻞鋼髮發乾后後裡里'];
const han = fc.array(fc.constantFrom(...HAN), { minLength: 1, maxLength: 80 });

test('Han is stored in pairs and in single characters, words as stems and as written', () => {
  assert.equal(grams('我的iPhone手机'), '我的 iphon 手机');
  assert.equal(plain('我的iPhone手机'), '我 的 iphone 手 机');
  assert.equal(grams('Running studies'), 'run studi');
  assert.equal(grams('共3张'), '共 3 张');
});

test('spaces and line ends within Han mean nothing, an empty line and punctuation do', () => {
  for (const text of ['北京大学', '北 京 大 学', '北京\n大学', '北京 \u3000 大学']) assert.equal(grams(text), '北京 京大 大学');
  for (const text of ['北京，大学', '北京。大学', '北京\n\n大学'])
    assert.deepEqual([grams(text), plain(text)], ['北京 . 大学', '北 京 . 大 学']);
});

test('traditional, full-width, capital and accented writing is the same as the plain one', () => {
  assert.equal(grams('軟體發票'), grams('软体发票'));
  assert.equal(grams('ＡＢＣ１２'), grams('abc12'));
  assert.equal(plain('Café naïve'), 'cafe naive');
  assert.equal(plain('STRASSE ΣΟΦΟΣ'), 'strasse σοφοσ');
  assert.equal(grams('穿著'), grams('穿着'));
});

test('numbers keep their decimals and lose what parts thousands; dates and versions are numbers one after the other', () => {
  assert.equal(plain('¥1,234.50'), plain('1234.50'));
  assert.equal(plain('1,234,567'), '1234567');
  assert.equal(plain('12,34'), '12 34');
  assert.equal(plain('2024.03.15 1.2.3 3.14'), '2024 03 15 1 2 3 3.14');
  assert.equal(plain('2024-03-15'), '2024 03 15');
  assert.equal(plain('iPhone15 Pro'), plain('iPhone 15 Pro'));
});

test('a character becomes one character, and folded again the same', () => {
  let changed = 0;
  for (let code = 0x2e80; code < 0x33480; code += 1) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const character = String.fromCodePoint(code);
    if (!/\p{Script=Han}/u.test(character)) continue;
    const simple = simplified(character);
    assert.equal([...simple].length, 1, character);
    assert.equal(simplified(simple), simple, character);
    if (simple !== character) changed += 1;
  }
  assert.ok(changed > 4_000, `${changed} traditional characters`);
});

test(`a text and its normal form have the same tokens (seed ${SEED})`, () => {
  fc.assert(
    fc.property(mixed, (text) => assert.deepEqual(stored([text]), stored([text.normalize('NFKC')]))),
    { seed: SEED, numRuns: 2_000 },
  );
});

test(`a token's place holds what the token is made of (seed ${SEED})`, () => {
  fc.assert(
    fc.property(mixed, (text) => {
      const { plain: every } = analyse(text);
      const apart = every.findIndex(({ text: one }) => one === APART); // what is joined stands behind all else
      const tokens = every.slice(0, apart < 0 ? every.length : apart);
      let before = { start: 0, end: 0 };
      for (const token of tokens.filter(({ text: one }) => one !== BREAK)) {
        assert.ok(token.start >= before.start && token.end >= before.end); // 1 and 2 of ½ are in one place
        assert.ok(token.end > token.start && token.end <= text.length);
        before = token;
        if (!/[½㎡℃\d]/.test(text.slice(token.start, token.end)))
          assert.equal(plain(text.slice(token.start, token.end)).split(` ${APART} `)[0], token.text);
      }
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

test(`FTS5 keeps every token as it is (seed ${SEED})`, () => {
  const db = openDatabase(':memory:');
  db.exec(
    `CREATE VIRTUAL TABLE words USING fts5(a, tokenize = "ascii tokenchars '.'"); CREATE VIRTUAL TABLE terms USING fts5vocab(words, 'row')`,
  );
  const terms = (text: string) => {
    db.exec('DELETE FROM words');
    db.prepare('INSERT INTO words VALUES (?)').run(text);
    return db
      .prepare('SELECT term FROM terms')
      .all()
      .map(({ term }) => String(term));
  };
  const any = fc.oneof(mixed, fc.string({ unit: 'binary', maxLength: 60 }));
  fc.assert(
    fc.property(any, (text) => {
      const { grams: line } = stored([text, text]);
      assert.deepEqual(terms(line).sort(), [...new Set(line.split(' ').filter(Boolean))].sort());
    }),
    { seed: SEED, numRuns: 1_000 },
  );
  db.close();
});

test(`every 1 to 6 characters of a Han text are found in it, one by one or in pairs (seed ${SEED})`, () => {
  fc.assert(
    fc.property(han, fc.nat(), fc.integer({ min: 1, max: 6 }), (characters, at, length) => {
      const start = at % characters.length;
      const part = characters.slice(start, start + length);
      const stream = part.length === 1 ? 'plain' : 'grams';
      const [text, asked] = [stored([characters.join('')])[stream], stored([part.join('')])[stream]];
      assert.ok(` ${text} `.includes(` ${asked} `), `${asked} in ${text}`);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

test(`in punctuated text, pairs and single characters find what is written together and nothing else (seed ${SEED})`, () => {
  const few = fc.constantFrom(...'的一意𠀀');
  const text = fc.array(fc.oneof({ weight: 4, arbitrary: few }, fc.constantFrom('，', '。', '\n\n', '“', ' ', '\n', 'a', '7')), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, fc.array(few, { minLength: 2, maxLength: 5 }), (characters, asked) => {
      const together = characters.join('').replace(/(?<=\p{Script=Han}) *\n? *(?=\p{Script=Han})/gu, '');
      const is = together.includes(asked.join(''));
      for (const line of [grams, plain]) {
        assert.equal(` ${line(characters.join(''))} `.includes(` ${line(asked.join(''))} `), is, line(characters.join('')));
      }
    }),
    { seed: SEED, numRuns: 5_000 },
  );
});

test('no phrase reaches from one page or tag into the next', () => {
  assert.equal(stored(['annual', 'report']).plain, 'annual .. report');
  assert.equal(stored(['北', '京']).grams, '北 .. 京');
});
