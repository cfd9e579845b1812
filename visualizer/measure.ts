/** Widths of text, near enough to set it in a box: a drawing is laid out where there is no font, and shown with whichever there is. */

/** Widths as parts of the size, of Arial: no usual sans serif is much wider. */
const NARROW = 0.28;
const SMALL = 0.35;
const USUAL = 0.55;
const CAPITAL = 0.68;
const BROAD = 0.86;
const HAN = 1;
const MONO = 0.61;

function widthOf(sign: string): number {
  if (/[ijl.,;:'|![\]()]/.test(sign)) return NARROW;
  if (/[ frt/-]/.test(sign)) return SMALL;
  if (/[mwMW]/.test(sign)) return BROAD;
  if (/[A-Z_]/.test(sign)) return CAPITAL;
  return /[\u2e80-\uffef]/.test(sign) ? HAN : USUAL;
}

/** Pixels of a line in a proportional font of that size. */
export const proportional = (text: string, px: number): number => [...text].reduce((sum, sign) => sum + widthOf(sign), 0) * px;
/** Pixels of a line in a font whose signs are all as wide. */
export const monospaced = (text: string, px: number): number => text.length * px * MONO;
