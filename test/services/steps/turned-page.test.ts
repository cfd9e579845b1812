/** A page that the engine turned to read it: its size, its words and its own text are of the page as it is shown then. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Turned, turnedOf, turnsOf } from '../../../contract/text.ts';
import type { PageRead } from '../../../runtime/ports/providers.ts';
import { ocr } from '../../../services/steps/ocr.ts';
import { desk } from '../../worlds/inspected.ts';
import { only } from '../../worlds/missing.ts';
import { line, type PdfPage, pdf } from '../../worlds/pdf-file.ts';
import { plain } from '../../worlds/wrong-pictures.ts';

/** Wide and low, near the left top corner of the picture as it was given. */
const WORD = { text: 'Featherstone', confidence: 0.9, x: 0.1, y: 0.2, w: 0.3, h: 0.05 };
const PLACES: Record<Turned, [x: number, y: number, w: number, h: number]> = {
  0: [0.1, 0.2, 0.3, 0.05],
  90: [0.75, 0.1, 0.05, 0.3],
  180: [0.6, 0.75, 0.3, 0.05],
  270: [0.2, 0.6, 0.05, 0.3],
};
const reading =
  (turned: Turned | undefined, words = [WORD]) =>
  async (): Promise<PageRead> => ({
    text: words.map(({ text }) => text).join('\n'),
    confidence: 0.9,
    words,
    ...(turned === undefined ? {} : { turned }),
  });

async function read(bytes: Buffer, answer: () => Promise<PageRead>) {
  const { inspected, recognised } = desk({ read: answer });
  assert.equal((await inspected(bytes)).verdict, 'legal');
  return recognised();
}
const picture = () => plain(120, 80).jpeg().toBuffer();

describe('a picture', () => {
  for (const turned of [90, 180, 270] as const)
    test(`that was turned by ${turned}° has its size and places so`, async () => {
      const { pages } = await read(await picture(), reading(turned));
      const [page] = pages;
      const [x, y, w, h] = PLACES[turned];
      assert.deepEqual(page?.words, [{ ...WORD, x, y, w, h }]);
      assert.deepEqual([page.turned, page.width, page.height], turned === 180 ? [180, 120, 80] : [turned, 80, 120]);
    });
  for (const turned of [undefined, 0] as const)
    test(`that was turned by ${turned} is as it came`, async () => {
      const { pages } = await read(await picture(), reading(turned));
      assert.deepEqual([pages[0]?.words, pages[0]?.width, pages[0]?.height], [[WORD], 120, 80]);
      assert.equal(turnsOf(pages), null);
    });

  test('keeps its turn in the row that lists and links are made from', async () => {
    const output = await read(await picture(), reading(270));
    const input = { resource_id: 'res', org_id: 'org', original_key: 'k', order: 0, reading: { own_text: null } };
    const written = await ocr.writes?.(output, only('written', { input, at: 1 }));
    assert.ok(written && written !== 'outdated');
    assert.equal(written.columns?.turns, '3');
  });
});

describe('a page of a document', () => {
  const scan = async (content: string): Promise<PdfPage> => ({
    content: `q 612 0 0 792 0 0 cm /Im Do Q\n${content}`,
    jpeg: { bytes: await plain(600, 800).greyscale().jpeg().toBuffer(), width: 600, height: 800 },
  });

  test('with a stamp of the file is turned with its stamp', async () => {
    const lying = [0, 1, 2].map((n) => ({ ...WORD, text: `harbour${n}`, x: 0.3 + n * 0.1, y: 0.3, w: 0.03, h: 0.2 }));
    const { pages } = await read(pdf([await scan(line(400, 20, 8, 'Received'))]), reading(90, lying));
    const [page] = pages;
    assert.deepEqual([page?.turned, page?.width, page?.height], [90, 2200, 1700]);
    const stamp = page?.words.find(({ text }) => text === 'Received');
    assert.ok(stamp && stamp.x < 0.05 && stamp.y > 0.6 && stamp.h > stamp.w, JSON.stringify(stamp));
  });

  test('stays as it is where the file says more than was read of it turned', async () => {
    const own = line(40, 700, 12, 'The quarterly report of the harbour was signed in Rotterdam');
    const { pages } = await read(pdf([await scan(own)]), reading(90, [{ ...WORD, text: 'logo', y: 0.8 }]));
    assert.deepEqual([pages[0]?.turned, pages[0]?.width], [undefined, 1700]);
    assert.match(pages[0]?.text ?? '', /Rotterdam\nlogo/);
  });

  test('is turned by itself: the others stay', async () => {
    const answers = [0, 90, 0, 180] as const;
    const { inspected, recognised } = desk({
      read: async ({ page }) => ({ ...(await reading(answers[page - 1])()) }),
    });
    await inspected(pdf(answers.map(() => ({ content: '0 0 100 100 re f' }))));
    const { pages } = await recognised();
    const turns = turnsOf(pages);
    assert.equal(turns, '0102');
    assert.deepEqual(
      [1, 2, 3, 4, 5].map((page) => turnedOf(turns, page)),
      [0, 90, 0, 180, 0],
    );
  });
});
