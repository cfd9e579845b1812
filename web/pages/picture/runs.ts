/** The words of a page as they are set opposite it: in runs at the height and place of their words, or as plain lines. */

/** at: where it stands in the text of its page, in UTF-16 units; null: it does not. */
export type PlacedWord = { text: string; confidence: number; x: number; y: number; w: number; h: number; at?: number | null };
/** k: its place among the words of the page. */
export type Numbered = PlacedWord & { k: number };
export type Row = { mid: number; words: Numbered[] };
/** end: the last run of a row with others before it: its right edge is kept, so that tables stay tables. */
export type Run = { words: Numbered[]; mid: number; end: boolean };

/** A word is unsure if fewer of such characters are right; see providers/local/calibration.ts. */
export const UNSURE = 0.9;
/** A gap wider than this part of the page begins a new run. */
const GAP = 0.05;
/** Lines closer than this would be drawn into each other. */
const MIN_LINE_PX = 16;

const isHan = (text: string): boolean => /\p{Script=Han}/u.test(text);
/** Glyphs differ between the two scripts. */
export const langOf = (text: string): string => (isHan(text) ? 'zh-Hans' : 'en');
/** What stands between two words of a line. */
export const glue = (before: string | null, text: string): string => {
  if (before === null) return '';
  return isHan(before.at(-1) ?? '') && isHan(text[0] ?? '') ? '' : ' ';
};

/** Words on one height, in reading order. */
export function rowsOf(words: readonly PlacedWord[]): Row[] {
  const rows: Row[] = [];
  for (const [k, word] of words.entries()) {
    const mid = word.y + word.h / 2;
    const row = rows.at(-1);
    const last = row?.words.at(-1);
    const same = row && last && Math.abs(row.mid - mid) < Math.min(last.h, word.h) * 0.6 && word.x >= last.x;
    if (same) row.words.push({ ...word, k });
    else rows.push({ mid, words: [{ ...word, k }] });
  }
  return rows;
}

export const runsOf = (rows: readonly Row[]): Run[] =>
  rows.flatMap(({ mid, words }) => {
    const runs: Numbered[][] = [];
    for (const word of words) {
      const last = runs.at(-1)?.at(-1);
      if (last && word.x - last.x - last.w < GAP) runs.at(-1)?.push(word);
      else runs.push([word]);
    }
    return runs.map((some, n) => ({ words: some, mid, end: n > 0 && n === runs.length - 1 }));
  });

/** Whether the lines are too close to be set at their places, or run downwards. height: of the shown page, in pixels. */
export function isColumn(rows: readonly Row[], height: number): boolean {
  const words = rows.flatMap((row) => row.words).filter(({ text }) => text.length > 1);
  const downwards = words.filter(({ w, h }) => h > 2 * w).length;
  if (words.length > 0 && downwards > words.length / 2) return true;
  const gaps = rows
    .flatMap((row, n) => {
      const next = rows[n + 1];
      return next && next.mid > row.mid ? [(next.mid - row.mid) * height] : [];
    })
    .sort((a, b) => a - b);
  return (gaps[Math.floor(gaps.length / 10)] ?? Number.POSITIVE_INFINITY) < MIN_LINE_PX;
}

export type Piece = { text: string; word: Numbered | null };
/** A text in pieces: its words where they stand, and what is between them. */
export function piecesOf(text: string, words: readonly PlacedWord[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const [k, word] of words.entries()) {
    const at = word.at ?? null;
    if (at === null || at < from || text.slice(at, at + word.text.length) !== word.text) continue;
    if (at > from) pieces.push({ text: text.slice(from, at), word: null });
    pieces.push({ text: word.text, word: { ...word, k } });
    from = at + word.text.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), word: null });
  return pieces;
}

/** The word of the original text at which the caret stands in an edited one: what stands before and after the edit has kept its words. */
export function wordAtCaret(original: string, edited: string, caret: number, words: readonly PlacedWord[]): PlacedWord | null {
  let head = 0;
  while (head < Math.min(original.length, edited.length) && original[head] === edited[head]) head += 1;
  const most = Math.min(original.length, edited.length) - head;
  let tail = 0;
  while (tail < most && original.at(-1 - tail) === edited.at(-1 - tail)) tail += 1;
  const at = caret <= head ? caret : Math.max(head, caret - (edited.length - original.length));
  return words.findLast((word) => word.at !== null && word.at !== undefined && word.at <= at) ?? null;
}
