/** A picture on its way to the engine: its pixels, what is seen on them, and where each came from. */
import sharp, { type Sharp } from 'sharp';
import { type Box, type Grey, piecesOf, toneOf } from './ink.ts';
import { lettersOf } from './letters.ts';
import { both, boxAt, type Matrix, moved, SAME, scaled, turned } from './matrix.ts';
import { EngineRefused } from './thread.ts';

/**
 * from: from the picture as it was given to this one. ground: the grey of the paper. letters: places on this one.
 * specks: pieces of ink that are no letters.
 */
export type Draft = { grey: Grey; from: Matrix; ground: number; is_light_on_dark: boolean; letters: Box[]; specks: number };

/** Pixels of the copy on which letters are looked for, in our own thread: about 20 ms. Writing that 16 megapixels hold is still seen. */
const LOOK_PIXELS = 2_000_000;

/** Throws EngineRefused if these are no pixels: the same to whoever asked as when the engine itself says so. */
export async function draftOf(png: Uint8Array): Promise<Draft> {
  const grey = await greyOf(sharp(png)).catch((error: unknown) => {
    throw new EngineRefused(`the picture cannot be decoded: ${String(error)}`, { cause: error });
  });
  return seen(grey, SAME);
}

async function greyOf(image: Sharp): Promise<Grey> {
  const { data, info } = await image.toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}
const imageOf = ({ pixels, width, height }: Grey): Sharp => sharp(pixels, { raw: { width, height, channels: 1 } });

/** Looks at the pixels anew. */
async function seen(grey: Grey, from: Matrix): Promise<Draft> {
  const by = Math.min(1, Math.sqrt(LOOK_PIXELS / (grey.width * grey.height)));
  const copy = by < 1 ? await greyOf(imageOf(grey).resize({ width: Math.ceil(grey.width * by) })) : grey;
  const tone = toneOf(copy);
  const dark = tone.is_light_on_dark ? await greyOf(imageOf(copy).negate()) : copy;
  const pieces = piecesOf(dark, tone.is_light_on_dark ? 256 - tone.threshold : tone.threshold);
  const letters = lettersOf(pieces);
  const back = scaled(grey.width / copy.width, grey.height / copy.height);
  return {
    grey,
    from,
    ground: tone.ground,
    is_light_on_dark: tone.is_light_on_dark,
    letters: letters.map((letter) => boxAt(back, letter)),
    specks: pieces.length - letters.length,
  };
}

/** As the engine gets it: grey, hardly compressed. */
export const pngOf = ({ grey }: Draft): Promise<Buffer> => imageOf(grey).png({ compressionLevel: 1 }).toBuffer();

/** Black for white. */
export async function inverted(draft: Draft): Promise<Draft> {
  return { ...draft, grey: await greyOf(imageOf(draft.grey).negate()), ground: 255 - draft.ground, is_light_on_dark: false };
}

/** Each pixel the middle one of the nine around it, twice: specks are gone. (Once: 16 errors for 10 on noisy pages; of 25 pixels: 29.) */
export async function withoutSpecks({ grey, from }: Draft): Promise<Draft> {
  const once = await greyOf(imageOf(grey).median(3));
  return seen(await greyOf(imageOf(once).median(3)), from);
}

/** Clockwise, by any angle; the page grows, and its corners get the colour of the paper. */
export async function turnedBy(draft: Draft, degrees: number): Promise<Draft> {
  const grey = await greyOf(imageOf(draft.grey).rotate(degrees, { background: shade(draft.ground) }));
  return placed(draft, grey, turned(degrees, draft.grey, grey));
}

export async function enlarged(draft: Draft, by: number): Promise<Draft> {
  const { width, height } = draft.grey;
  const size = { width: Math.round(width * by), height: Math.round(height * by) };
  const grey = await greyOf(imageOf(draft.grey).resize({ ...size, fit: 'fill', kernel: 'cubic' }));
  return placed(draft, grey, scaled(size.width / width, size.height / height));
}

/** With so many pixels of paper on each side. */
export async function withMargin(draft: Draft, margin: number): Promise<Draft> {
  const sides = { left: margin, right: margin, top: margin, bottom: margin };
  const grey = await greyOf(imageOf(draft.grey).extend({ ...sides, background: shade(draft.ground) }));
  return placed(draft, grey, moved(margin, margin));
}

/** What lies in the box, as far as it is on the page. */
export async function partOf(draft: Draft, box: Box): Promise<Draft> {
  const { width, height } = draft.grey;
  const [left, top] = [Math.max(0, Math.floor(box.left)), Math.max(0, Math.floor(box.top))];
  const size = { width: Math.min(width, Math.ceil(box.right)) - left, height: Math.min(height, Math.ceil(box.bottom)) - top };
  const grey = await greyOf(imageOf(draft.grey).extract({ left, top, ...size }));
  return placed(draft, grey, moved(-left, -top));
}

const placed = (draft: Draft, grey: Grey, by: Matrix): Draft => ({
  ...draft,
  grey,
  from: both(draft.from, by),
  letters: draft.letters.map((letter) => boxAt(by, letter)),
});
const shade = (grey: number) => ({ r: grey, g: grey, b: grey });
