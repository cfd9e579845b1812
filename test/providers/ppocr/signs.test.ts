/** Signs of money: noticed where PP-OCR cannot read them, and taken from tesseract. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import type { Word } from '../../../contract/text.ts';
import { findModels } from '../../../providers/ppocr/model-files.ts';
import { ppocrRecogniser } from '../../../providers/ppocr/recogniser.ts';
import { hasLetterForSign, withSigns } from '../../../providers/ppocr/signs.ts';
import { systemClock } from '../../../runtime/async/clock.ts';

/** Four lines of DejaVu Sans, drawn once, since the faces of machines differ. */
const BILL = 'test/fixtures/signs-of-money.png';

const word = (text: string, x: number, y = 0.1, w = text.length * 0.02): Word => ({ text, confidence: 0.95, x, y, w, h: 0.05 });
const page = (text: string, ...words: Word[]) => ({ text, confidence: 0.9, words });

describe('signs of money', () => {
  const signed = (text: string, words: Word[], ...theirs: Word[]) => {
    const read = withSigns(page(text, ...words), { words: theirs }, 1);
    assert.deepEqual(
      read.words.map((one) => one.text),
      read.text.split(/\s+/).filter((one) => one !== ''),
    );
    return read.text;
  };
  const total = [word('Total', 0.1), word('12.50', 0.3)];

  test('are put to the number that both read', () => {
    assert.equal(signed('Total 12.50', total, word('€12.50', 0.28)), 'Total €12.50');
    assert.equal(signed('Total\nf8.90', [word('Total', 0.1), word('f8.90', 0.3, 0.2)], word('£8.90', 0.3, 0.2)), 'Total\n£8.90');
  });
  test('that stand alone are put beside the number, before or behind it', () => {
    assert.equal(signed('Total 12.50', total, word('€', 0.27)), 'Total € 12.50');
    assert.equal(signed('Total 12.50', total, word('€', 0.41)), 'Total 12.50 €');
  });
  test('no digit is changed, and no sign is taken that is unsure, far off, or on another line', () => {
    for (const theirs of [
      word('€12.60', 0.28),
      { ...word('€12.50', 0.28), confidence: 0.5 },
      word('€', 0.6),
      word('€', 0.27, 0.3),
      word('€12.50', 0.28, 0.3),
    ])
      assert.equal(signed('Total 12.50', total, theirs), 'Total 12.50');
  });
  test('a letter in the place of one is noticed', () => {
    assert.deepEqual(['f8.90', 'Total C12,50', 'E 1,200.00', 'f 3.00'].map(hasLetterForSign), [true, true, true, true]);
    assert.deepEqual(
      ['12.50', 'E12', 'No. C4711', 'vitamin C 3', 'A4 2.5', '第3.50章'].map(hasLetterForSign),
      Array(6).fill(false),
    );
  });
});

test('the pounds and euros of a bill are read', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-signs-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const { data, info } = await sharp(BILL).greyscale().png().toBuffer({ resolveWithObject: true });
  const recogniser = ppocrRecogniser({
    ...{ workers: 1, page_time_limit_ms: 60_000, pages_per_worker: 100 },
    ...{ files: await findModels(null), clock: systemClock(), log: () => {} },
    tesseract: { language_dir: path.join(folder, 'languages') },
  });
  t.after(() => recogniser.close());
  const read = await recogniser.recognise({ png: data, page: 1, width: info.width, height: info.height }, t.signal);
  assert.equal(read.text.replace('0r', 'or'), 'Coffee beans 8.20\nTotal €12.50 or 12,50 €\nTea £8.90\nBiscuits £ 1,200.00');
  assert.match(read.second_engine ?? '', /tesseract/);
  assert.equal('lacks_signs' in read, false);
});
