/** What is kept of what tesseract saw: noise goes, and faint print is told from a photo. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnginePage } from '../../providers/tesseract/thread.ts';
import { pageOf } from '../../providers/tesseract/words.ts';

describe('what is kept of what the engine saw', () => {
  const line = (...words: [text: string, confidence: number][]) => ({
    text: `${words.map(([text]) => text).join(' ')}\n`,
    words: words.map(([text, confidence]) => ({ text, confidence, bbox: { x0: 10, y0: 20, x1: 30, y1: 40 } })),
  });
  const page = (...lines: ReturnType<typeof line>[]): EnginePage => ({ blocks: [{ paragraphs: [{ lines }] }] });
  const size = { width: 100, height: 200 };

  test('a noise word in good text is dropped, and nothing else', () => {
    const read = pageOf(page(line(['|', 12], ['Total', 95], ['12.50', 91]), line(['谢谢', 93])), size);
    assert.equal(read.text, 'Total 12.50\n谢谢');
    assert.deepEqual(read.words[0], { text: 'Total', confidence: 0.95, x: 0.1, y: 0.1, w: 0.2, h: 0.1 });
  });

  test('a sign in a photo is kept, and the grass around it is not', () => {
    const grass = Array.from({ length: 10 }, () => line(['wv', 20], ['|', 92], ['Ai', 35]));
    assert.equal(
      pageOf(page(...grass, line(['Harbour', 93], ['Street', 90]), line(['一', 95]), ...grass), size).text,
      'Harbour Street',
    );
  });

  /** As sure as a faint receipt is; `at`: where each line begins. */
  const faint = (...at: [left: number, top: number][]) =>
    page(
      ...at.map(([left, top], n) => ({
        text: `Bread${n} ~ 32.00\n`,
        words: [['Bread', 62] as const, ['~', 10] as const, ['32.00', 55] as const].map(([text, confidence], i) => ({
          text: text === 'Bread' ? `Bread${n}` : text,
          confidence,
          bbox: { x0: left + 30 * i, y0: top, x1: left + 30 * i + 25, y1: top + 10 },
        })),
      })),
    );
  test('faint print in rows is kept but for its noise; the same lines strewn about are a photo’s', () => {
    const rows = pageOf(faint([10, 10], [10, 25], [11, 40], [10, 55], [10, 70]), size).text;
    assert.equal(rows, [0, 1, 2, 3, 4].map((n) => `Bread${n} 32.00`).join('\n'));
    const strewn = pageOf(faint([10, 10], [40, 25], [85, 40], [120, 55], [160, 70]), { width: 300, height: 200 }).text;
    assert.equal(strewn, '');
  });
});
