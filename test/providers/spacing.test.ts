/** Chinese characters are put where the squares of their line are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spaced } from '../../providers/tesseract/spacing.ts';

const word = (text: string, x0: number, x1: number, y0 = 0, y1 = 37) => ({ text, confidence: 90, bbox: { x0, x1, y0, y1 } });
const places = (words: ReturnType<typeof word>[]) =>
  spaced(words).map(({ text, bbox }) => [text, Math.round(bbox.x0), Math.round(bbox.x1)]);

test('characters half a square off, or as wide as the line, stand in their squares; the ends of the line stay', () => {
  const read = [
    word('停', 0, 318),
    word('水', 62, 105),
    word('通知', 118, 190),
    word('八', 196, 240),
    word('日', 262, 275),
    word('上', 282, 318),
  ];
  const square = 318 / (7 - 0.08);
  assert.deepEqual(
    places(read),
    [...'停水']
      .map((text, i) => [text, Math.round(i * square), Math.round((i + 0.92) * square)])
      .concat([
        ['通知', Math.round(2 * square), Math.round(3.92 * square)],
        ['八', Math.round(4 * square), Math.round(4.92 * square)],
        ['日', Math.round(5 * square), Math.round(5.92 * square)],
        ['上', Math.round(6 * square), 318],
      ]),
  );
});

test('one height for a line, that of its lowest full character, so that a box as high as two lines is not shown', () => {
  const [, tall] = spaced([word('停', 0, 37), word('水', 40, 77, -20, 60), word('一', 80, 117, 16, 20)]);
  assert.deepEqual([tall?.bbox.y0, tall?.bbox.y1], [0, 37]);
});

test('words of letters, far columns and lines that are set wide are left as they were read', () => {
  for (const read of [
    [word('Next', 0, 80), word('step', 90, 160)],
    [word('停', 0, 37), word('水', 400, 437)],
    [word('停', 0, 37), word('水', 85, 122), word('通', 170, 207)],
  ])
    assert.deepEqual(
      places(read),
      read.map(({ text, bbox }) => [text, bbox.x0, bbox.x1]),
    );
});
