/** What a person typed, understood. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuery, QUERY_TERMS, type QueryTerm } from '../../text/query.ts';

const SEED = 20261123;
/** A term as one line: `手机` in grams, ~ for plain, * for a prefix, | between what may stand for it. */
const reported = (terms: QueryTerm[]) =>
  terms.map(({ any }) =>
    any.map(({ stream, tokens, prefix }) => `${stream === 'plain' ? '~' : ''}${tokens.join('+')}${prefix ? '*' : ''}`).join('|'),
  );
const all = (typed: string) => reported(parseQuery(typed).all);

test('words are looked for each alone, Han as it is written', () => {
  assert.deepEqual(all('北京大学 发票 '), ['北京+京大+大学', '发票']);
  assert.deepEqual(all('iPhone手机 '), ['iphon', '手机']);
  assert.deepEqual(all('北京2024年报告'), ['北京', '2024', '年报+报告']);
  assert.deepEqual(all('中国，人民'), ['中国', '人民']);
});

test('one character is looked for as it stands, and stays with what it was typed with', () => {
  assert.deepEqual(all('票'), ['~票']);
  assert.deepEqual(all('共3张'), ['~共+3+张']);
  assert.deepEqual(all('A4纸'), ['~a+4+纸']);
  assert.deepEqual(all('买iPhone 好'), ['~买+iphone', '~好']);
});

test('the last word may be a beginning, unless a space says that it is done, or it is quoted', () => {
  assert.deepEqual(all('running univers'), ['run', 'univ|~univers*']);
  assert.deepEqual(all('running '), ['run']);
  assert.deepEqual(all('a'), ['a']);
  assert.deepEqual(all('"running"'), ['~running']);
  assert.deepEqual(all('covid-19'), ['covid+19|~covid+19*|.ccovid19|.ccovid19*']);
});

test('quotes, minus and tags, in Chinese writing too', () => {
  const query = parseQuery(
    '“年度报告” 「annual report」 -draft －"not this" -tag:Old tag:Receipt 标签：票据 tag:"two words" 100 ',
  );
  assert.deepEqual(reported(query.all), ['年度+度报+报告', '~annual+report', '100']);
  assert.deepEqual(reported(query.none), ['draft', '~not+this']);
  assert.deepEqual([query.tags, query.no_tags], [['receipt', '票据', 'two words'], ['old']]);
  assert.equal(query.text, '年度报告 annual report 100');
});

test('a quoted text with punctuation is looked for as it is parted', () => {
  assert.deepEqual(all('"中国，人民"'), ['~中+国+.+人+民']);
});

test('a number is asked for as written and as what it means', () => {
  assert.deepEqual(all('1,280.00 '), ['1280']);
  assert.deepEqual(all('1280元'), ['~1280+元|~1280.00+元|.m1280|1280']);
  assert.deepEqual(all('2024/3/5 '), ['2024+3+5|.d20240305']);
  assert.deepEqual(all('2024年3月5日发票'), ['~2024+年+3+月+5+日|.d20240305', '发票']);
  assert.deepEqual(all('138-0013-8000 '), ['138+0013+8000|.n13800138000|13800138000']);
  assert.deepEqual(all('010 62551234 '), [
    '010|01062551234|.n01062551234|.n62551234|62551234',
    '62551234|.n62551234|.l62551234|01062551234|.n01062551234',
  ]);
  assert.deepEqual(all('2024 10 '), ['2024', '10']);
  assert.deepEqual(all('03/05/2024 '), ['03+05+2024|.n03052024|03052024']);
  assert.deepEqual(all('"2024-03-05"'), ['~2024+03+05']);
});

test('what has no words asks for nothing', () => {
  for (const typed of ['', '  ', '!!!', '-', '""', 'tag:', '“', '- -']) {
    const { all: terms, none, tags, no_tags } = parseQuery(typed);
    assert.deepEqual([terms, none, tags, no_tags], [[], [], [], []], typed);
  }
});

test(`nothing typed is too much or too strange (seed ${SEED})`, () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2_000 }),
    fc.string({ unit: fc.constantFrom(...'"“”-－:tag标签：手机a1 \n𠀀'), maxLength: 2_000 }),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const { all: terms, none, tags, no_tags } = parseQuery(text);
      assert.ok(terms.length + none.length + tags.length + no_tags.length <= QUERY_TERMS);
      for (const { any } of [...terms, ...none])
        for (const { tokens } of any) assert.ok(any.length > 0 && tokens.length > 0 && tokens.every((one) => one !== ''));
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});
