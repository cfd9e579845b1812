/**
 * What is done to a picture before the engine reads it. Each step was measured by itself and is here because it helps: the table is in
 * docs/reading.md, made by `npm run bench -- ocr`. A picture that needs none of them is handed on as it came.
 */
import { TURNS, type Turned } from '../../contract/text.ts';
import type { PictureToRead } from '../../runtime/ports/providers.ts';
import { type Draft, draftOf, enlarged, inverted, pngOf, turnedBy, withMargin, withoutSpecks } from './draft.ts';
import type { Box } from './ink.ts';
import { areWriting, letterHeight, tiltOf } from './letters.ts';
import { inverse, type Matrix } from './matrix.ts';
import { type ConfidenceOf, upright } from './turn.ts';

/** back: from the pixels of `png` to those of the picture as it was given. turned: how far it was turned, in quarters. letters: on `png`. */
export type Prepared = { png: Uint8Array; back: Matrix; turned: Turned; letters: Box[] };
export type Step = keyof typeof STEPS;
type DoStep = (draft: Draft, confidenceOf: ConfidenceOf) => Draft | Promise<Draft>;

/** Specks beyond these, by number and for each letter, are noise; clean pages have a few dots. */
const NOISE_SPECKS = 300;
const NOISE_SHARE = 4;
/** Pixels. Letters lower than the first are made as high as the second: the engine reads those of 20 to 40 best. */
const SMALL = 20;
const READABLE = 30;
/** More makes no letter clearer that was drawn with so few pixels. */
const MAX_ENLARGED = 4;
/** Pixels of the enlarged picture: a page of small print, in twice the time. */
const ENLARGED_PIXELS = 8_000_000;
/** Degrees. Less does no harm to reading, and turning softens all edges. */
const LEAST_TILT = 0.4;
/** Pixels between ink and edge: with less than the first, so many are added. */
const TIGHT = 10;
const MARGIN = 16;

/** In the order they are done. */
export const STEPS = {
  /** The engine tries light ink by itself, after it failed at dark ink, in twice the time. */
  invert: (draft) => (draft.is_light_on_dark && areWriting(draft.letters) ? inverted(draft) : draft),
  denoise: (draft) => (draft.specks > Math.max(NOISE_SPECKS, NOISE_SHARE * draft.letters.length) ? withoutSpecks(draft) : draft),
  turn: upright,
  enlarge: (draft) => {
    const { width, height } = draft.grey;
    const letter = letterHeight(draft.letters);
    if (letter >= SMALL || !areWriting(draft.letters)) return draft;
    const by = Math.min(READABLE / letter, MAX_ENLARGED, Math.sqrt(ENLARGED_PIXELS / (width * height)));
    return by > 1 ? enlarged(draft, by) : draft;
  },
  level: (draft) => {
    const tilt = areWriting(draft.letters) ? tiltOf(draft.letters) : 0;
    return Math.abs(tilt) < LEAST_TILT ? draft : turnedBy(draft, -tilt);
  },
  margin: (draft) => {
    const { width, height } = draft.grey;
    const isTight = draft.letters.some(
      ({ left, top, right, bottom }) => Math.min(left, top, width - right, height - bottom) < TIGHT,
    );
    return isTight && areWriting(draft.letters) ? withMargin(draft, MARGIN) : draft;
  },
} satisfies Record<string, DoStep>;
export const ALL_STEPS = Object.keys(STEPS) as Step[];

export async function prepared(picture: PictureToRead, confidenceOf: ConfidenceOf, steps = ALL_STEPS): Promise<Prepared> {
  const first = await draftOf(picture.png);
  let draft = first;
  for (const step of steps) {
    const doStep: DoStep = STEPS[step];
    draft = await doStep(draft, confidenceOf);
  }
  const { from, letters } = draft;
  return { png: draft === first ? picture.png : await pngOf(draft), back: inverse(from), turned: quarterOf(from), letters };
}

/** Without the little by which it was levelled. */
function quarterOf([a, b]: Matrix): Turned {
  const quarters = Math.round(Math.atan2(b, a) / (Math.PI / 2));
  return TURNS[(quarters + TURNS.length) % TURNS.length] ?? 0;
}
