/** Why a picture was found. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Highlight } from '../../contract/search.ts';
import { BOXES, highlights, matchBoxes, spanBoxes } from '../../text/highlight.ts';
import { matches } from '../../text/matches.ts';
import { parseQuery } from '../../text/query.ts';
import { saved } from '../worlds/entries.ts';

const SEED = 20261123;
const marked = ({ field, page, parts }: Highlight) =>
  `${field}${page ?? ''}: ${parts.map(({ text, match }) => (match ? `[${text}]` : text)).join('')}`;
const shown = (document: ReturnType<typeof saved>, typed: string) => highlights(document, parseQuery(typed)).map(marked);
const words = (...texts: string[]) => texts.map((text, i) => ({ text, confidence: 1, x: i / 100, y: 0, w: 0.01, h: 0.1 }));
const boxed = (typed: string, ...texts: string[]) =>
  matchBoxes(3, words(...texts), parseQuery(typed)).map(({ x }) => texts[Math.round(x * 100)]);

test('each field shows the words that match, in the writing of the picture', () => {
  const document = saved('我的手機很好', {
    title: '手机 Manual',
    tags: ['手机', 'other'],
    description: 'no',
    filename: 'manuals.png',
  });
  assert.deepEqual(shown(document, '手机'), ['title: [手机] Manual', 'tags: [手机]', 'text1: 我的[手機]很好']);
  assert.deepEqual(shown(document, 'manual tag:OTHER'), ['title: 手机 [Manual]', 'tags: [other]', 'filename: [manuals].png']);
});

test('matches side by side are one, in spite of spaces between', () => {
  assert.deepEqual(shown(saved('北 京 大 学 的'), '北京大学'), ['text1: [北 京 大 学] 的']);
  assert.deepEqual(shown(saved('a university'), 'univers'), ['text1: a [university]']);
});

test('a long text shows passages around its matches, few of a page', () => {
  const filler = '零'.repeat(300);
  const found = shown(saved(`${filler}手机${filler}手机${filler}手机`), '手机');
  assert.equal(found.length, 2);
  for (const one of found) assert.match(one, /^text1: 零{40}\[手机\]零{40}$/);
});

test('a passage is cut between words, and is as wide in Chinese as in English', () => {
  const words_around = Array.from({ length: 40 }, (_, i) => `street${i}`).join(' ');
  const [english = ''] = shown(saved(`${words_around} receipt ${words_around}`), 'receipt ');
  const inside = english.replace('text1: ', '').replace(/[[\]]/g, '');
  for (const word of inside.trim().split(' ')) assert.ok(word === 'receipt' || words_around.split(' ').includes(word), word);
  const [chinese = ''] = shown(saved(`${'零'.repeat(300)}收据${'零'.repeat(300)}`), '收据');
  const width = (text: string) => Array.from(text).reduce((sum, one) => sum + (/\p{Script=Han}/u.test(one) ? 2 : 1), 0);
  assert.ok(Math.abs(width(english) - width(chinese)) <= 24, `${width(english)} and ${width(chinese)} wide`);
  const [long = ''] = shown(saved(`${'x'.repeat(300)} 收据 ${'y'.repeat(300)}`), '收据');
  assert.match(long, /x{60,80} \[收据\] y{60,80}$/, 'a word that is longer than a passage is cut');
  assert.match(shown(saved(`${'𠀀'.repeat(99)}收据${'𠀀'.repeat(99)}`), '收据')[0] ?? '', /^text1: 𠀀{40}\[收据\]𠀀{40}$/u);
});

test('words that say little are marked only as typed, or where they alone are looked for', () => {
  const document = saved('Handled by Rosa. It was paid by cash, and is handled');
  assert.deepEqual(shown(document, 'handled by rosa '), ['text1: [Handled by Rosa]. It was paid by cash, and is handled']);
  assert.deepEqual(shown(document, 'rosa by '), ['text1: Handled by [Rosa]. It was paid by cash, and is handled']);
  assert.deepEqual(shown(saved('paid by cash'), 'by '), ['text1: paid [by] cash']);
});

test('where a text has the whole phrase, only that is marked; elsewhere its words are', () => {
  const document = saved('handle with care, by hand. Handled by Oliver', { title: 'by Oliver' });
  assert.deepEqual(shown(document, 'Handled by Oliver '), [
    'title: by [Oliver]',
    'text1: handle with care, by hand. [Handled by Oliver]',
  ]);
  assert.deepEqual(boxed('handled by oliver ', 'by', 'hand', 'Handled', 'by', 'Oliver'), ['Handled', 'by', 'Oliver']);
});

test('boxes by the spans of a page are those of its words, over the end of a line too', () => {
  const text = 'recog-\nnition of 長期合同';
  const page = words('recog-', 'nition', 'of', '長期', '合同');
  const boxes = (typed: string, saved_text = text) =>
    spanBoxes(1, page, { text: saved_text, spans: matches(saved_text, parseQuery(typed).all, BOXES) })?.map(({ x }) =>
      Math.floor(x * 100),
    );
  assert.deepEqual(boxes('recognition '), [0, 1]);
  assert.deepEqual(boxes('期合'), [3, 4]);
  assert.equal(boxes('期合', 'a corrected text of 长期合同'), undefined, 'a word has no place in it');
});

test('what was found by its vector alone shows nothing', () => {
  assert.deepEqual(shown(saved('一二三'), '手机'), []);
});

test('boxes are of the words that match, though a match reaches over several', () => {
  assert.deepEqual(boxed('北京大学', '我', '在', '北', '京大', '学', '读书'), ['北', '京大', '学']);
  assert.deepEqual(boxed('手机 price', '买手机', 'PRICES', '手', '工'), ['买手机', 'PRICES']);
  assert.deepEqual(matchBoxes(3, words('手机'), parseQuery('手机')), [{ page: 3, x: 0, y: 0, w: 0.01, h: 0.1 }]);
});

test('of a word that holds more than the match, the box is of its part, by the width of its characters', () => {
  const at = (typed: string, text: string, [w, h] = [0.4, 0.1]) =>
    matchBoxes(1, [{ text, confidence: 1, x: 0.1, y: 0.2, w, h }], parseQuery(typed)).map((box) =>
      [box.x, box.y, box.w, box.h].map((one) => Math.round(one * 1_000) / 1_000),
    );
  assert.deepEqual(at('手机', '买手机了'), [[0.2, 0.2, 0.2, 0.1]]);
  assert.deepEqual(at('手机', '手機和手机'), [
    [0.1, 0.2, 0.16, 0.1],
    [0.34, 0.2, 0.16, 0.1],
  ]);
  assert.deepEqual(at('机', '手机'), [[0.3, 0.2, 0.2, 0.1]]);
  assert.deepEqual(at('手机', 'iP手机', [0.6, 0.1]), [[0.3, 0.2, 0.4, 0.1]]); // a letter is half as wide
  assert.deepEqual(at('univers', '(university),'), [[0.1, 0.2, 0.4, 0.1]]); // marks beside it are let in
  assert.deepEqual(at('机', '手机', [0.05, 0.2]), [[0.1, 0.3, 0.05, 0.1]]); // from top to bottom
});

test('numbers are marked however they were typed', () => {
  assert.deepEqual(
    shown(saved('电话 138-0013-8000 于 2024年3月5日，合计 1,280.00 元'), '13800138000 2024-03-05 1280元 ')[0]?.match(/\[.*?\]/g),
    ['[138-0013-8000]', '[2024年3月5日]', '[1,280.00 元]'],
  );
  assert.deepEqual(boxed('13800138000 ', '电话', '138-0013', '-8000', '人'), ['138-0013', '-8000']);
});

test('boxes have an end', () => {
  assert.equal(matchBoxes(1, words(...Array.from({ length: 500 }, () => 'word')), parseQuery('word')).length, BOXES);
});

test(`the parts of a short title are all of it (seed ${SEED})`, () => {
  const text = fc.string({ unit: fc.constantFrom(...'手机北京 ab1,.\n𠀀é'), minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(text, text, (title, typed) => {
      for (const { field, parts } of highlights(saved('', { title }), parseQuery(typed))) {
        if (field === 'title') assert.equal(parts.map((part) => part.text).join(''), title);
        assert.ok(parts.some(({ match }) => match) && parts.every((part) => part.text !== ''));
      }
    }),
    { seed: SEED, numRuns: 1_000 },
  );
});
