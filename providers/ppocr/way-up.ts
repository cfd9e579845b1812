/** Which way is up on a picture, and whether its lines run down the page: by reading a few of them each way. */
import type { StripRead } from './lines.ts';
import { cellsOf, type Frame, frameOf, isTall, type Rectangle } from './rectangles.ts';

/** quarters: turns clockwise that the glyphs have on the picture. vertical: upright glyphs in columns. */
export type WayUp = { quarters: 0 | 1 | 2 | 3; vertical: boolean };

const UPRIGHT: WayUp = { quarters: 0, vertical: false };
/** Lines that are read each way: the longest first. */
const MAX_TRIED = 4;
/** Mean probability of a line of so many characters that is believed alone. Upside down none had it. */
const SURE = 0.9;
const SURE_CHARS = 3;
/** Share of the characters of columns that are the same cell by cell: glyphs stand upright. On a page that lies there are hardly any. */
const STANDING = 0.35;
/** Characters of a line that count: a long one is no surer than this. */
const COUNTED_CHARS = 12;

export async function wayUp(lines: readonly Rectangle[], read: (frames: Frame[]) => Promise<StripRead>): Promise<WayUp> {
  const weight = (some: readonly Rectangle[]) => some.reduce((sum, { w, h }) => sum + w * h, 0);
  const sideways = weight(lines.filter(isTall)) > weight(lines) / 2;
  const tried = lines
    .filter((line) => isTall(line) === sideways)
    .sort((a, b) => Math.max(b.w, b.h) - Math.max(a.w, a.h))
    .slice(0, MAX_TRIED);
  const [first] = tried;
  if (!first) return UPRIGHT;
  if (!sideways) {
    const { confidence, chars } = await read([frameOf(first)]);
    if (confidence > SURE && chars.length >= SURE_CHARS) return UPRIGHT; // as nearly all are
  }
  const readAll = async (quarters: 0 | 1 | 2 | 3): Promise<StripRead[]> => {
    const strips: StripRead[] = [];
    for (const line of tried) strips.push(await read([frameOf(line, quarters)]));
    return strips;
  };
  const [one, other] = sideways ? ([1, 3] as const) : ([0, 2] as const);
  const [as_one, as_other] = [await readAll(one), await readAll(other)];
  const quarters = sumOf(as_other) > sumOf(as_one) ? other : one;
  if (quarters === COLUMNS && (await areStanding(tried, as_one, read))) return { quarters: 0, vertical: true };
  return { quarters, vertical: false };
}

const sumOf = (strips: readonly StripRead[]) =>
  strips.reduce((sum, { confidence, chars }) => sum + confidence * Math.min(COUNTED_CHARS, chars.length), 0);

/** The recogniser reads columns of upright glyphs that are turned so, since it was trained on them: it does not tell them from a page that lies. */
export const COLUMNS = 1;

/** Whether what is read along the columns is read cell by cell as well. */
async function areStanding(
  columns: Rectangle[],
  along: StripRead[],
  read: (frames: Frame[]) => Promise<StripRead>,
): Promise<boolean> {
  let [same, all] = [0, 0];
  for (const [n, column] of columns.entries()) {
    const left = (along[n]?.chars ?? []).map(({ text }) => text);
    all += left.length;
    const { chars } = await read(cellsOf(column).map((cell) => frameOf(cell)));
    for (const { text } of chars) {
      const at = left.indexOf(text);
      if (at >= 0) left.splice(at, 1);
      same += at >= 0 ? 1 : 0;
    }
  }
  return all > 0 && same >= STANDING * all;
}
