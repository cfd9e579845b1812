/** Ink like writing is told from grass, walls and blank pages; and a page of it that could not be read says so. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { SAMPLES } from '../../cli/project.ts';
import { tesseractPool } from '../../providers/tesseract/pool.ts';
import { prepared } from '../../providers/tesseract/prepare.ts';
import { looksWritten } from '../../providers/tesseract/writing.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { NO_WRITING, WRITING } from '../worlds/ink-pictures.ts';
import { desk } from '../worlds/inspected.ts';

async function looks(png: Buffer): Promise<boolean> {
  const { width = 0, height = 0 } = await sharp(png).metadata();
  const { letters } = await prepared({ png, page: 1, width, height }, async () => 0);
  return looksWritten(letters);
}

describe('looks like writing', () => {
  for (const [name, made] of Object.entries(WRITING)) test(name, async () => assert.equal(await looks(await made()), true));
});
describe('looks like none', () => {
  for (const [name, made] of Object.entries(NO_WRITING)) test(name, async () => assert.equal(await looks(await made()), false));
  test('a photo of a landscape', async () => {
    const photo = await readFile(path.join(SAMPLES, 'photo-without-text.jpg'));
    assert.equal(await looks(await sharp(photo).greyscale().png().toBuffer()), false);
  });
});

/** An engine that reads nothing, whatever it is shown. */
const blind = tesseractPool({
  workers: 1,
  page_time_limit_ms: 60_000,
  pages_per_worker: 1_000,
  language_dir: tmpdir(),
  languages: [],
  clock: systemClock(),
  start_thread: async () => ({ recognise: async () => ({ blocks: [] }), ended: new Promise(() => {}), end: async () => {} }),
});
test('writing in which no text was found has a remark; a picture without any has none', async (t) => {
  t.after(() => blind.close());
  for (const [made, codes] of [
    [WRITING.handwriting, ['no_text_found']],
    [NO_WRITING.grass, []],
    [NO_WRITING['a blank page'], []],
  ] as const) {
    const { inspected, recognised } = desk({ read: blind.recognise });
    await inspected((await made?.()) ?? Buffer.alloc(0));
    assert.deepEqual(
      (await recognised()).remarks.map(({ code }) => code),
      codes,
    );
  }
});
