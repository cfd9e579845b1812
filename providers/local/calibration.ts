/**
 * What the confidence of an engine stands for: the share of characters that are right where it says so much. Engines differ: of what
 * PP-OCR reads with 0.5, two of five characters are wrong, and tesseract is as sure of a good page (0.92) as PP-OCR is of a doubtful one.
 * The points are measured by `npm run bench -- confidence` (docs/reading.md has its table); those of PP-OCR from 0.65 on are of 1,621 lines
 * of real receipts, where it is less right than on pictures that are made. Between them it is a line.
 */
import type { PageRead } from '../../runtime/ports/providers.ts';

export type CalibratedEngine = 'ppocr' | 'tesseract';
/** From what an engine says to the share that is right, both rising. */
type Points = readonly (readonly [said: number, right: number])[];
const POINTS: Record<CalibratedEngine, Points> = {
  ppocr: [
    [0, 0],
    [0.25, 0.1],
    [0.35, 0.25],
    [0.46, 0.44],
    [0.55, 0.6],
    [0.65, 0.65],
    [0.75, 0.74],
    [0.85, 0.906],
    [0.935, 0.971],
    [0.985, 0.991],
    [1, 0.999],
  ],
  tesseract: [
    [0, 0],
    [0.09, 0.5],
    [0.44, 0.6],
    [0.55, 0.65],
    [0.63, 0.88],
    [0.77, 0.91],
    [0.83, 0.93],
    [0.88, 0.957],
    [0.916, 0.992],
    [0.933, 0.996],
    [0.96, 0.998],
    [1, 0.999],
  ],
};

export function calibrated(engine: CalibratedEngine, said: number): number {
  const points = POINTS[engine];
  const after = points.findIndex(([at]) => at >= said);
  const [from, to] = [points[Math.max(0, after - 1)], points[after]];
  if (!from || !to) return points.at(-1)?.[1] ?? said;
  const [[x0, y0], [x1, y1]] = [from, to];
  return round(x1 === x0 ? y1 : y0 + ((said - x0) / (x1 - x0)) * (y1 - y0));
}
/** As places of words are rounded. */
const round = (value: number) => Math.round(value * 10_000) / 10_000;

/** The page with all its confidences so; that of the page is the mean of its words, each by its length. Without words: 0. */
export function calibratedPage(engine: CalibratedEngine, page: PageRead): PageRead {
  const words = page.words.map((word) => ({ ...word, confidence: calibrated(engine, word.confidence) }));
  const length = words.reduce((sum, { text }) => sum + text.length, 0);
  const sum = words.reduce((all, { text, confidence }) => all + text.length * confidence, 0);
  return { ...page, words, confidence: length === 0 ? 0 : round(sum / length) };
}
