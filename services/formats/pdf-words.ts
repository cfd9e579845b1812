/** A page's own text, from its characters: lines, words with their places, and whether it is a text at all. */
import type { Word } from '../../contract/text.ts';
import type { OwnText } from './pages.ts';
import type { Box, PdfChar, PdfChars } from './pdf-chars.ts';

/** A page with less text of its own is recognised as well: a page number is no text. In letters and digits; a Han character counts as three. */
const LEAST_LETTERS = 16;
const HAN_LETTERS = 3;
/** A picture with so much text over it is a scan whose text a program has put there; with less it may hold words of its own. */
const LEAST_LETTERS_ON_PICTURES = 100;
/** Lines and curves of some 50 letters that were made shapes: a logo has fewer. */
const LEAST_OUTLINED = 1_500;
/** Share of the page from which on pictures may hold words: a logo is smaller. */
const LEAST_PICTURES = 0.05;
/** More of unknown, private or control characters, and the file does not know what its own glyphs mean. */
const MAX_GARBAGE = 0.2;
const GARBAGE = /[\p{Cc}\p{Co}\p{Cn}\p{Cs}\ufffd]/u;
const LETTER = /[\p{L}\p{N}]/u;
const SPACE = /^\s$/u;
const LINE_END = /^[\r\n]$/;
/** PDFium's own sign for a hyphen at the end of a line, where the word goes on. */
const BROKEN_WORD = '\u0002';
/** Distance to the last character, in character sizes, beyond which a character stands on another line. Spaces within a line are found by PDFium. */
const NEAR = 1.5;
const HAN = /\p{sc=Han}/u;
const chinese = new Intl.Segmenter('zh', { granularity: 'word' });

/** null: the page has no text of its own that can be used. */
export function ownTextOf({ chars, pictures, outlined }: PdfChars): OwnText | null {
  if (!chars) return null;
  const seen = chars.filter(isOnPage);
  const written = writtenOf(seen);
  if (isGarbage(written)) return null;
  const text = textOf(seen);
  if (text === '') return null;
  const read = { text, confidence: 1, words: pieces(seen).flatMap(inWords).map(wordOf) };
  const isMost = (some: PdfChar[]) => 2 * lettersOf(some) > lettersOf(written);
  const is_undrawn = isMost(written.filter(({ is_drawn }) => !is_drawn));
  const shows = is_undrawn ? 'nothing' : isMost(overPictures(pictures, written)) ? 'over_pictures' : 'itself';
  return { read, shows, is_whole: lettersOf(written) >= LEAST_LETTERS && !mayHoldMore({ pictures, outlined }, written) };
}

/** Characters that the page should show and does not, with those of `filled`. Latin letters and digits are drawn in another font. */
export function undrawnIn({ chars }: PdfChars, filled: readonly { text: string }[] = []): number {
  const lacking = (chars ?? []).filter((char) => char.is_lacking && (!char.is_known || IN_ITS_FONT.test(char.text)));
  const shown = squeezed((chars ?? []).map(({ text }) => text).join(''));
  const values = filled.map(({ text }) => squeezed(text)).filter((text) => IN_ITS_FONT.test(text) && !shown.includes(text));
  return lacking.filter(isOnPage).length + values.reduce((sum, { length }) => sum + length, 0);
}
const IN_ITS_FONT = /(?![\p{sc=Latin}0-9])[\p{L}\p{N}]/u;

/** What stands in notes and fields as well, unless the page shows it already: then it has a place there. */
export function withNotes(own: OwnText | null, notes: readonly string[]): OwnText | null {
  const shown = squeezed(own?.read.text ?? '');
  const more = [...new Set(notes)].filter((note) => !shown.includes(squeezed(note)));
  if (more.length === 0) return own;
  const text = [...(own ? [own.read.text] : []), ...more].join('\n');
  return { ...(own ?? { is_whole: false }), read: { ...(own?.read ?? { confidence: 1, words: [] }), text } };
}
const squeezed = (text: string) => text.normalize('NFKC').replace(/\s+/g, '');

/** Whether the file does not know what the page says. */
export const isUnknown = ({ chars }: PdfChars): boolean => chars !== null && isGarbage(writtenOf(chars));

const writtenOf = (chars: PdfChar[]) =>
  chars.filter(({ text, box }) => box !== null && !SPACE.test(text) && text !== BROKEN_WORD);
const isGarbage = (written: PdfChar[]): boolean =>
  written.filter(({ text, is_known }) => !is_known || GARBAGE.test(text)).length > MAX_GARBAGE * written.length;

const lettersOf = (chars: PdfChar[]): number =>
  chars.reduce((sum, { text }) => sum + (HAN.test(text) ? HAN_LETTERS : LETTER.test(text) ? 1 : 0), 0);
/** Whether pictures, or shapes, are large enough for words that the text over them does not have. */
function mayHoldMore({ pictures, outlined }: Pick<PdfChars, 'pictures' | 'outlined'>, written: PdfChar[]): boolean {
  const unseen = written.filter(({ is_drawn }) => !is_drawn);
  if (outlined >= LEAST_OUTLINED && lettersOf(unseen) < LEAST_LETTERS_ON_PICTURES) return true;
  const area = areaOf(pictures);
  if (area.share < LEAST_PICTURES) return false;
  const over = overPictures(pictures, written);
  if (lettersOf(over) < LEAST_LETTERS_ON_PICTURES) return true;
  if (lettersOf(overPictures(pictures, unseen)) >= LEAST_LETTERS_ON_PICTURES) return false;
  return rowsOf(over.flatMap(({ box }) => box ?? [])).size < LEAST_ROWS * rowsOf(pictures).size;
}
function overPictures(pictures: Box[], written: PdfChar[]): PdfChar[] {
  if (pictures.length === 0) return [];
  const area = areaOf(pictures);
  return written.filter(({ box }) => box !== null && area.has((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2));
}
/** Share of the height of pictures that lines of text cover, if they are what the pictures say: a header and a footer cover less. */
const LEAST_ROWS = 0.25;
const rowsOf = (boxes: Box[]): Set<number> =>
  new Set(
    boxes.flatMap(({ y0, y1 }) => {
      const first = Math.max(0, Math.floor(y0 * CELLS));
      return Array.from({ length: Math.max(0, Math.min(CELLS, Math.ceil(y1 * CELLS)) - first) }, (_, i) => first + i);
    }),
  );
/** What boxes cover together, on a grid. */
function areaOf(boxes: Box[]): { share: number; has(x: number, y: number): boolean } {
  const cells = new Set<number>();
  const first = (at: number) => Math.max(0, Math.round(at * CELLS));
  for (const { x0, y0, x1, y1 } of boxes)
    for (let row = first(y0); row < Math.min(CELLS, first(y1)); row++)
      for (let column = first(x0); column < Math.min(CELLS, first(x1)); column++) cells.add(row * CELLS + column);
  const cellOf = (x: number, y: number) => Math.floor(y * CELLS) * CELLS + Math.floor(x * CELLS);
  return { share: cells.size / CELLS ** 2, has: (x, y) => cells.has(cellOf(x, y)) };
}
const CELLS = 100;

/** What lies beside the page is on no paper. */
const isOnPage = ({ box }: PdfChar): boolean => {
  if (box === null) return true;
  const [x, y] = [(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2];
  return x >= 0 && x <= 1 && y >= 0 && y <= 1;
};

function textOf(chars: PdfChar[]): string {
  const text = chars
    .map(({ text }) => (LINE_END.test(text) ? text : SPACE.test(text) ? ' ' : GARBAGE.test(text) ? '' : text))
    .join('');
  const lines = text.split(/[\r\n]+/).map((line) => line.replace(/ +/g, ' ').trim());
  return lines.filter((line) => line !== '').join('\n');
}

type Boxed = PdfChar & { box: NonNullable<PdfChar['box']> };

/** What stands together on one line without a space. */
function pieces(chars: PdfChar[]): Boxed[][] {
  const all: Boxed[][] = [];
  let piece: Boxed[] = [];
  const end = () => {
    if (piece.length > 0) all.push(piece);
    piece = [];
  };
  for (const char of chars) {
    const { text, box } = char;
    const last = piece.at(-1);
    if (box === null || SPACE.test(text) || text === BROKEN_WORD) end();
    else if (!GARBAGE.test(text)) {
      if (last && !areNear(last.box, box)) end();
      piece.push({ ...char, box });
    }
  }
  end();
  return all;
}

/** In either direction of writing: beside each other, or one below the other. */
function areNear(a: Boxed['box'], b: Boxed['box']): boolean {
  const max = NEAR * Math.max(...[a, b].flatMap(({ x0, y0, x1, y1 }) => [x1 - x0, y1 - y0]));
  const gap = Math.max(b.x0 - a.x1, a.x0 - b.x1, b.y0 - a.y1, a.y0 - b.y1);
  return gap <= max;
}

/** Chinese has no spaces: its words are those of a dictionary. A mark belongs to the word before it. */
function inWords(piece: Boxed[]): Boxed[][] {
  const text = piece.map((char) => char.text).join('');
  if (!HAN.test(text)) return [piece];
  const words: Boxed[][] = [];
  let at = 0;
  for (const { segment, isWordLike } of chinese.segment(text)) {
    const chars: Boxed[] = [];
    for (let length = 0; length < segment.length; at += 1) {
      const char = piece[at];
      if (!char) break;
      chars.push(char);
      length += char.text.length;
    }
    const before = words.at(-1);
    if (!isWordLike && before) before.push(...chars);
    else if (chars.length > 0) words.push(chars);
  }
  return words;
}

function wordOf(chars: Boxed[]): Word {
  const x = fraction(Math.min(...chars.map(({ box }) => box.x0)));
  const y = fraction(Math.min(...chars.map(({ box }) => box.y0)));
  const right = fraction(Math.max(...chars.map(({ box }) => box.x1)));
  const bottom = fraction(Math.max(...chars.map(({ box }) => box.y1)));
  const text = chars.map((char) => char.text).join('');
  return { text, confidence: 1, x, y, w: round(right - x), h: round(bottom - y) };
}
/** Four decimals: under half a pixel of a 4,000-pixel page. */
const round = (value: number) => Math.round(value * 10_000) / 10_000;
const fraction = (value: number) => round(Math.min(1, Math.max(0, value)));
