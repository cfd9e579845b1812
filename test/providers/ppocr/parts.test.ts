/** The pure parts of the engine: regions, characters and spaces, order, and where it is weak. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Char, decode, placesOf, withoutStrokes, withSpaces } from '../../../providers/ppocr/ctc.ts';
import { columnsOf, rowsOf } from '../../../providers/ppocr/order.ts';
import { cellsOf, frameOf, type Rectangle, rectangleAround } from '../../../providers/ppocr/rectangles.ts';
import { regionsOf } from '../../../providers/ppocr/regions.ts';
import { STRIP_ROWS, stripOf } from '../../../providers/ppocr/strips.ts';
import { isSurer, isWeakOn } from '../../../providers/ppocr/weak.ts';

const near = (one: number, other: number, by = 1) => assert.ok(Math.abs(one - other) <= by, `${one} is not near ${other}`);
const box = (cx: number, cy: number, w: number, h: number): Rectangle => ({ cx, cy, ux: 1, uy: 0, w, h });

describe('regions of the detector', () => {
  const [width, height] = [200, 100];
  const painted = (inside: (x: number, y: number) => number) =>
    Float32Array.from({ length: width * height }, (_, i) => inside(i % width, Math.floor(i / width)));

  test('two bars are two rectangles, grown by their margin', () => {
    const bar = (x: number, y: number, top: number) => (x >= 40 && x < 140 && y >= top && y < top + 10 ? 0.9 : 0);
    const found = regionsOf({ values: painted((x, y) => Math.max(bar(x, y, 20), bar(x, y, 60))), width, height });
    assert.equal(found.length, 2);
    const [first] = found;
    assert.ok(first);
    near(first.cx, 90);
    near(first.cy, 25);
    const margin = (100 * 10 * 1.6) / (2 * 110);
    near(first.w, 100 + 2 * margin);
    near(first.h, 10 + 2 * margin);
  });

  test('what is faint as a whole, and specks, are none', () => {
    const faint = painted((x, y) => (x > 40 && x < 140 && y > 20 && y < 40 ? 0.4 : 0));
    const speck = painted((x, y) => (x < 3 && y < 3 ? 1 : 0));
    assert.deepEqual(
      [faint, speck].map((values) => regionsOf({ values, width, height }).length),
      [0, 0],
    );
  });

  test('a tilted line has a tilted rectangle', () => {
    const angle = 0.2;
    const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
    const corners = [-50, 50].flatMap((along) =>
      [-5, 5].map((down) => [along * ux - down * uy, along * uy + down * ux] as const),
    );
    const found = rectangleAround(corners);
    assert.ok(found);
    near(found.w, 100, 0.01);
    near(found.h, 10, 0.01);
    near(Math.atan2(found.uy, found.ux), angle, 0.001);
    assert.equal(
      rectangleAround([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
      null,
    );
  });
});

describe('strips', () => {
  /** Dark in its left half. */
  const picture = {
    pixels: Uint8Array.from({ length: 400 * 100 }, (_, i) => (i % 400 < 200 ? 0 : 255)),
    width: 400,
    height: 100,
  };
  const ends = (quarters: 0 | 1 | 2 | 3) => {
    const strip = stripOf(picture, frameOf(box(200, 50, 380, 90), quarters), 200);
    const at = (row: number, column: number) => strip[row * 200 + column];
    return [at(24, 2), at(24, 197), at(2, 100 - 60), at(STRIP_ROWS - 3, 100 - 60)];
  };
  test('are upright whatever way the line lies', () => {
    assert.deepEqual(ends(0).slice(0, 2), [0, 255]);
    assert.deepEqual(ends(2).slice(0, 2), [255, 0]);
    assert.deepEqual(ends(1).slice(2), [255, 0], 'its top is what was at the right');
    assert.deepEqual(ends(3).slice(2), [0, 255]);
  });

  test('a column is cut into squares from the top', () => {
    const cells = cellsOf(box(50, 100, 40, 161));
    assert.deepEqual(
      cells.map(({ cy }) => Math.round(cy)),
      [40, 80, 120, 160],
    );
  });
});

describe('characters', () => {
  const letters = ['', 'a', 'b', '中', ' '];
  const steps = (...rows: number[][]) => ({
    values: Float32Array.from(rows.flat()),
    steps: rows.length,
    classes: letters.length,
  });
  const A = [0.1, 0.9, 0, 0, 0];
  const B = [0.1, 0, 0.8, 0, 0.05];
  const NOTHING = [0.9, 0, 0, 0, 0.04];

  test('repeats are one, and two apart are two', () => {
    assert.equal(
      decode(steps(A, A, NOTHING, A, B), letters)
        .map(({ text }) => text)
        .join(''),
      'aab',
    );
    assert.deepEqual(
      decode(steps(NOTHING, A, A), letters).map(({ from, to }) => [from, to]),
      [[1, 3]],
    );
  });

  const char = (text: string, from: number, space = 0): Char => ({ text, p: 0.9, from, to: from + 1, space });
  const joined = (...chars: Char[]) =>
    withSpaces(chars)
      .map(({ text, spaced }) => (spaced ? ` ${text}` : text))
      .join('');
  test('a likely space is one, though nothing is likelier; a little likely one where they stand far apart', () => {
    assert.equal(joined(char('a', 0), char('b', 2, 0.05), char('c', 4)), 'a bc');
    assert.equal(joined(char('a', 0), char('b', 2), char('c', 4), char('d', 8, 0.015), char('e', 10)), 'abc de');
    assert.equal(joined(char('a', 0), char('b', 2, 0.015), char('c', 4), char('d', 6)), 'abcd');
    assert.equal(joined(char('a', 0), char(' ', 1), char('b', 2)), 'a b');
    assert.equal(joined(char('中', 0), char('文', 4, 0.5)), '中文', 'between Chinese there is none');
  });

  test('a hardly likely space is one where the strip is blank', () => {
    const seen = (chars: Char[], blanks: Record<string, number>) =>
      withSpaces(chars, (_, { text }) => blanks[text] ?? 0.08)
        .map(({ text, spaced }) => (spaced ? ` ${text}` : text))
        .join('');
    const word = [char('a', 0), char('b', 2), char('c', 4), char('d', 6, 0.003), char('e', 8)];
    assert.equal(seen(word, { d: 0.25 }), 'abc de');
    assert.equal(seen(word, { d: 0.12 }), 'abcde', 'about as blank as between the other letters');
    assert.equal(seen([char('i', 0), char('l', 2, 0.0001), char('l', 4)], { l: 0.3 }), 'ill', 'thin letters have much blank');
    assert.equal(seen([char('w', 0), char('第', 4, 0.003)], { 第: 0.3 }), 'w 第');
    assert.equal(seen([char('月', 0), char('1', 4, 0.0003)], { 1: 0.3 }), '月1');
    assert.equal(seen([char('：', 0), char('6', 4, 0.3)], { 6: 0.7 }), '：6', 'full-width signs have their blank within');
    assert.equal(seen([char('a', 0), char('.', 2, 0.03)], {}), 'a.');
  });

  test('a stroke within a Chinese character is no letter, and a letter beside one is', () => {
    const text = (...chars: Char[]) =>
      withoutStrokes(chars, 8, 48)
        .map((one) => one.text)
        .join('');
    assert.equal(text(char('复', 0), char('l', 3), char('旧', 5)), '复旧');
    assert.equal(text(char('第', 0), char('1', 3), char('章', 7)), '第1章');
    assert.equal(text(char('a', 0), char('l', 3), char('旧', 5)), 'al旧');
  });

  test('edges lie halfway to the neighbour, and no farther than a character reaches', () => {
    const places = placesOf([char('a', 0), char('b', 2), char('中', 20)], 8, 48);
    assert.deepEqual(places[0]?.[1], places[1]?.[0]);
    near((places[2]?.[1] ?? 0) - (places[2]?.[0] ?? 0), 48);
  });
});

describe('the order of lines', () => {
  const line = (text: string, rectangle: Rectangle, in_column = false) => ({ text, rectangle, in_column });
  const texts = (rows: { text: string }[][]) => rows.map((row) => row.map(({ text }) => text).join(' '));

  test('name and price are one row, from the left', () => {
    const lines = [
      line('32.00', box(500, 102, 60, 20)),
      line('Total', box(100, 141, 80, 20)),
      line('Bread', box(100, 100, 80, 20)),
    ];
    assert.deepEqual(texts(rowsOf(lines)), ['Bread 32.00', 'Total']);
  });

  test('rows of a tilted page hold together', () => {
    const slope = Math.tan(0.05);
    const tilted = (text: string, x: number, y: number) =>
      line(text, { cx: x, cy: y + x * slope, ux: Math.cos(0.05), uy: Math.sin(0.05), w: 200, h: 20 });
    const lines = [tilted('a', 100, 100), tilted('b', 900, 100), tilted('c', 100, 140), tilted('d', 900, 140)];
    assert.deepEqual(texts(rowsOf(lines)), ['a b', 'c d']);
  });

  test('columns are read from the right', () => {
    const lines = [line('second', box(100, 200, 40, 300), true), line('first', box(200, 200, 40, 300), true)];
    assert.deepEqual(texts(columnsOf(lines)), ['first', 'second']);
  });
});

describe('where tesseract reads as well', () => {
  test('on traditional pages', () => {
    const weak = ['歡迎愛書的朋友在秋', '每週五晚間七點館員', '朗讀一段關於海洋'];
    const strong = ['欢迎爱书的朋友', 'Total 12.50, Müller', '停水通知：请储水，館'];
    assert.deepEqual(
      [...weak, ...strong].map((text) => isWeakOn({ text })),
      [true, true, true, false, false, false],
    );
  });

  test('its text is taken if it is sure, and whole', () => {
    const page = (text: string, confidence: number) => ({ text, confidence, words: [] });
    const ppocr = page('歡迎愛書的朋友', 0.97);
    assert.equal(isSurer(page('歡迎愛書的朋友', 0.95), ppocr), true);
    assert.equal(isSurer(page('歡迎愛書的朋友', 0.73), ppocr), false);
    assert.equal(isSurer(page('歡', 0.95), ppocr), false);
  });

  test('its text is not taken where it reads across the columns of vertical text, however sure it is', () => {
    const columns = { text: '歡迎愛書的\n每週五晚間\n朗讀一段關', confidence: 0.97, words: [] };
    const across = { text: '朗 每 歡\n讀 週 迎\n一 五 愛\n段 晚 書\n關 間 的', confidence: 0.95, words: [] };
    assert.equal(isSurer(across, columns), false);
  });
});
