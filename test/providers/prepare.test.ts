/** What is seen on a picture before it is read, and what is done about it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import { SAMPLES } from '../../cli/project.ts';
import { type Box, type Grey, piecesOf, toneOf } from '../../providers/tesseract/ink.ts';
import { areLying, linesOf, tiltOf } from '../../providers/tesseract/letters.ts';
import { both, boxAt, inverse, moved, scaled, turned } from '../../providers/tesseract/matrix.ts';
import { ALL_STEPS, prepared, type Step } from '../../providers/tesseract/prepare.ts';
import { BLACK, backgroundOf, WHITE } from '../../services/steps/background.ts';
import { KINDS, picturesOf } from '../worlds/ocr-pictures.ts';

/** '#' is ink. */
function drawn(rows: string[], ink = 0, ground = 255): Grey {
  const pixels = Uint8Array.from(rows.join(''), (pixel) => (pixel === '#' ? ink : ground));
  return { pixels, width: rows[0]?.length ?? 0, height: rows.length };
}
/** Rows of letters of 16 × 20 pixels, as a page of text has them. */
const page = (columns = 20, rows = 6): Box[] =>
  Array.from({ length: columns * rows }, (_, n) => {
    const [left, top] = [100 + (n % columns) * 20, 100 + Math.floor(n / columns) * 44];
    return { left, top, right: left + 16, bottom: top + 20 };
  });
const nearly = (value: number, wanted: number, by: number) =>
  assert.ok(Math.abs(value - wanted) <= by, `${value} is not ${wanted} ± ${by}`);

describe('ink', () => {
  test('is in pieces that hang together, also by a corner and by a bridge found late', () => {
    const pieces = piecesOf(drawn(['#.#...##', '#.#..#..', '###.....', '.......#']), 128);
    assert.deepEqual(pieces, [
      { left: 0, top: 0, right: 3, bottom: 3 },
      { left: 5, top: 0, right: 8, bottom: 2 },
      { left: 7, top: 3, right: 8, bottom: 4 },
    ]);
  });

  test('is told from the ground by being less, whichever is lighter', () => {
    const rows = ['.........', '..##.#...', '.........'];
    assert.deepEqual(toneOf(drawn(rows, 120, 140)), { threshold: 121, ground: 140, is_light_on_dark: false });
    const light = toneOf(drawn(rows, 200, 30));
    assert.deepEqual([light.ground, light.is_light_on_dark], [30, true]);
  });
});

describe('letters', () => {
  test('stand in lines, and the space between two lines is no space between letters', () => {
    assert.deepEqual(
      linesOf(page(20, 6)).map((line) => line.length),
      [20, 20, 20, 20, 20, 20],
    );
  });

  test('tell how far a page hangs to either side, within 0.2°', () => {
    for (const tilt of [-6, -2.3, -0.5, 0, 1, 3.7, 7]) {
      const size = { width: 600, height: 500 };
      nearly(tiltOf(page().map((letter) => boxAt(turned(tilt, size, size), letter))), tilt, 0.2);
    }
  });

  test('tell nothing when they are few', () => {
    const size = { width: 600, height: 500 };
    assert.equal(tiltOf(page(4, 1).map((letter) => boxAt(turned(5, size, size), letter))), 0);
  });

  test('tell a page that lies from one that stands', () => {
    assert.equal(areLying(page()), false);
    assert.equal(
      areLying(page().map((letter) => boxAt(turned(90, { width: 600, height: 500 }, { width: 500, height: 600 }), letter))),
      true,
    );
  });
});

test('a place is found again after a picture was turned, enlarged and given a margin', () => {
  const there = both(both(turned(93, { width: 300, height: 200 }, { width: 210, height: 310 }), scaled(2.5, 2.4)), moved(16, 16));
  const [[x, y]] = [[120, 45]] as const;
  const corner = boxAt(inverse(there), boxAt(there, { left: x, top: y, right: x, bottom: y }));
  nearly(corner.left, x, 1e-9);
  nearly(corner.top, y, 1e-9);
});

test('a photo is read as it came: nothing on it is writing, whatever is turned, enlarged or levelled of a page', async () => {
  const png = await sharp(join(SAMPLES, 'photo-without-text.jpg')).greyscale().png().toBuffer();
  const asked: Uint8Array[] = [];
  const confidenceOf = async (part: Uint8Array) => asked.push(part);
  assert.equal((await prepared({ png, page: 1, width: 1200, height: 800 }, confidenceOf)).png, png);
  assert.deepEqual(asked, []);
});

describe('each step', () => {
  /** A kind of picture that it is for. */
  const FOR: Record<Step, string> = {
    invert: 'light on dark',
    denoise: 'noise',
    turn: 'turned 180°',
    enlarge: 'tiny (30%)',
    level: 'skew 1–4°',
    margin: 'single word',
  };
  const pictureOf = async (kind: string) => {
    const found = KINDS.find(({ name }) => name === kind);
    assert.ok(found, kind);
    const picture = (await picturesOf(found, { 'english-letter.png': 5 })).at(-1);
    assert.ok(picture);
    return {
      png: await sharp(picture.bytes).greyscale().png().toBuffer(),
      page: 1,
      width: picture.width,
      height: picture.height,
    };
  };
  /** Upside down is what is sure: as of a page that was turned by 180°. */
  const answers = () => {
    let asked = 0;
    return async () => (++asked % 2 === 0 ? 0.9 : 0.1);
  };

  test('a page that is turned says by how much, whatever else is done to it', async () => {
    const clean = await pictureOf('clean page');
    assert.equal((await prepared(clean, async () => 0.9)).turned, 0);
    for (const tilt of [0, 2]) {
      const png = await sharp(clean.png)
        .rotate(180 + tilt, { background: 'white' })
        .png()
        .toBuffer();
      const { width, height } = await sharp(png).metadata();
      assert.equal((await prepared({ png, page: 1, width, height }, answers())).turned, 180, `${tilt}`);
    }
  });

  for (const step of ALL_STEPS)
    test(`${step} changes what it is for, the same each time, and leaves a clean page as it came`, async () => {
      const [own, clean] = [await pictureOf(FOR[step]), await pictureOf('clean page')];
      const once = await prepared(own, answers(), [step]);
      assert.notEqual(once.png, own.png);
      assert.deepEqual(await prepared(own, answers(), [step]), once);
      assert.equal((await prepared(clean, async () => 0.9, [step])).png, clean.png);
    });
});

describe('a transparent picture', () => {
  const ink = (shade: number, alpha: number, ground_alpha = 0) =>
    sharp({
      create: { width: 100, height: 60, channels: 4, background: { r: shade, g: shade, b: shade, alpha: ground_alpha } },
    }).composite([
      {
        input: { create: { width: 40, height: 10, channels: 4, background: { r: shade, g: shade, b: shade, alpha } } },
        left: 20,
        top: 20,
      },
    ]);
  const ground = async (picture: Sharp) => backgroundOf(sharp(await picture.png().toBuffer()));

  test('with light ink is laid on black; with dark or grey ink, with nothing or with a ground of its own on white', async () => {
    assert.equal(await ground(ink(255, 1)), BLACK);
    assert.equal(await ground(ink(230, 0.8)), BLACK);
    assert.equal(await ground(ink(0, 1)), WHITE);
    assert.equal(await ground(ink(128, 1)), WHITE);
    assert.equal(await ground(ink(255, 0)), WHITE);
    assert.equal(await ground(ink(255, 1, 1)), WHITE);
    assert.equal(await backgroundOf(sharp({ create: { width: 9, height: 9, channels: 3, background: '#ffffff' } })), WHITE);
  });
});
