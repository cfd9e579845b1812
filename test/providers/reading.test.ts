/** Pictures that are hard to read, read by the engine itself: the words are right, and where they are on the picture as it was given. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import sharp from 'sharp';
import { tesseractPool } from '../../providers/tesseract/pool.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { backgroundOf } from '../../services/steps/background.ts';
import { fold } from '../../text/fold.ts';
import { accuracyOf } from '../samples/accuracy.ts';
import { KINDS, type KnownPicture, picturesOf } from '../worlds/ocr-pictures.ts';

const language_dir = await mkdtemp(join(tmpdir(), 'tuodi-reading-'));
const pool = tesseractPool({
  workers: 2,
  page_time_limit_ms: 60_000,
  pages_per_worker: 1_000,
  language_dir,
  clock: systemClock(),
});
after(async () => {
  await pool.close();
  await rm(language_dir, { recursive: true, force: true });
});
const never = new AbortController().signal;
const PART = { 'mixed-slide.webp': 3 };
const LEAST_RIGHT = 0.97;
/** Tolerance as a share of the page; or in pixels, for pictures that are a few letters large. */
const NEAR = 0.01;
const NEAR_PX = 4;
/** Long ones, that stand once in the part, and are not next to what the engine may take for a piece of them. */
const WORDS = ['Quarterly', 'probes'];

async function read({ bytes, width, height }: KnownPicture) {
  const picture = sharp(bytes);
  const png = await picture
    .flatten({ background: await backgroundOf(picture) })
    .greyscale()
    .png()
    .toBuffer();
  return pool.recognise({ png, page: 1, width, height }, never);
}

/** Those that some step is for, and the clean page; what hardly differs from it is left to the bench. */
const AS_CLEAN = ['blur', 'JPEG quality 30', 'transparent, dark ink', 'low contrast'];
const single = KINDS.filter(({ name }) => name.startsWith('single'));
const pages = KINDS.filter((kind) => !single.includes(kind) && !AS_CLEAN.includes(kind.name));

describe('the engine reads, and knows the places of words', () => {
  for (const kind of pages)
    test(kind.name, async () => {
      for (const picture of await picturesOf(kind, PART)) {
        const page = await read(picture);
        const truth = picture.lines.map(({ text }) => text).join('\n');
        const accuracy = accuracyOf(truth, page.text);
        assert.ok(accuracy >= LEAST_RIGHT, `${accuracy} of ${truth} are right in ${page.text}`);
        for (const text of WORDS) assertPlace(picture, page.words, text);
      }
    });

  test('single lines and words', async () => {
    for (const kind of single)
      for (const picture of await picturesOf(kind, PART)) {
        const page = await read(picture);
        // A single line may be read as traditional, where a page would have told; a search finds it all the same.
        const [truth, got] = [picture.lines.map(({ text }) => text).join(''), page.text].map((text) => fold(text).text);
        assert.equal(accuracyOf(truth ?? '', got ?? ''), 1, page.text);
        for (const text of WORDS)
          if (picture.lines.some(({ words }) => words.some((word) => word.text === text))) assertPlace(picture, page.words, text);
      }
  });
});

type Found = { text: string; x: number; y: number; w: number; h: number };
function assertPlace({ lines, width, height }: KnownPicture, found: Found[], text: string): void {
  const known = lines.flatMap(({ words }) => words).find((word) => word.text === text);
  const word = found.find((one) => one.text === text);
  assert.ok(known && word, `${text} in ${found.map((one) => one.text).join(' ')}`);
  const off = [
    [word.x * width, known.left, width],
    [(word.x + word.w) * width, known.right, width],
    [word.y * height, known.top, height],
    [(word.y + word.h) * height, known.bottom, height],
  ] as const;
  for (const [here, there, whole] of off)
    assert.ok(Math.abs(here - there) <= Math.max(NEAR * whole, NEAR_PX), `${text}: ${here} is not ${there} of ${whole} pixels`);
}
