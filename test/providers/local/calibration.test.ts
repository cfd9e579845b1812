import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrated, calibratedPage } from '../../../providers/local/calibration.ts';

const ENGINES = ['ppocr', 'tesseract'] as const;
const SAID = Array.from({ length: 101 }, (_, n) => n / 100);

test('what an engine is surer of is never less right, and all of it is a share', () => {
  for (const engine of ENGINES) {
    const right = SAID.map((said) => calibrated(engine, said));
    assert.deepEqual(
      [...right].sort((a, b) => a - b),
      right,
    );
    assert.ok(right.every((share) => share >= 0 && share <= 1));
    assert.deepEqual([right[0], calibrated(engine, 1)], [0, 0.999]);
  }
});

test('the same share stands for less confidence of tesseract than of PP-OCR, on pages that are read well', () => {
  for (const said of [0.7, 0.8, 0.9]) assert.ok(calibrated('tesseract', said) > calibrated('ppocr', said));
});

test('a page is as sure as its words are, each by its length; one without words is not sure', () => {
  const place = { x: 0, y: 0, w: 1, h: 1 };
  const words = [
    { text: 'total', confidence: 1, ...place },
    { text: 'x', confidence: 0.85, ...place },
  ];
  const page = calibratedPage('ppocr', { text: 'total x', confidence: 0.97, words, turned: 90 });
  assert.deepEqual(page, {
    text: 'total x',
    turned: 90,
    confidence: 0.9835,
    words: [
      { text: 'total', confidence: 0.999, ...place },
      { text: 'x', confidence: 0.906, ...place },
    ],
  });
  assert.equal(calibratedPage('tesseract', { text: '', confidence: 0.4, words: [] }).confidence, 0);
});
