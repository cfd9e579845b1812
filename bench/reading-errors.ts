/** How far a text is from what is written: by character, by word, and by pairs of Han, which searches go by. */
import { errorsOf } from '../test/samples/accuracy.ts';

/** Sums over pictures. words: true Latin words of three letters and more, and numbers; those found stand alone in the text. */
export type Errors = {
  errors: number;
  characters: number;
  words: number;
  words_found: number;
  pairs: number;
  pairs_found: number;
  /** Characters read of pictures on which nothing is written. */
  invented: number;
};
export const NO_ERRORS: Errors = { errors: 0, characters: 0, words: 0, words_found: 0, pairs: 0, pairs_found: 0, invented: 0 };

/** Without the order of lines, which a picture of several columns does not say: each true line is looked for on its own. */
export function compared(lines: readonly string[], text: string): Errors {
  const truth = lines.join('\n');
  const { errors, characters } = errorsOf(truth, text);
  if (characters === 0) return { ...NO_ERRORS, invented: [...text.replace(/\s+/gu, '')].length };
  const read = new Set(wordsOf(text));
  const words = wordsOf(truth);
  const run = plain(text);
  const pairs = lines.flatMap(pairsOf);
  return {
    errors,
    characters,
    words: words.length,
    words_found: words.filter((word) => read.has(word)).length,
    pairs: pairs.length,
    pairs_found: pairs.filter((pair) => run.includes(pair)).length,
    invented: 0,
  };
}

export function added(a: Errors, b: Errors): Errors {
  const sum = { ...a };
  for (const name of Object.keys(NO_ERRORS) as (keyof Errors)[]) sum[name] += b[name];
  return sum;
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase();
const wordsOf = (text: string): string[] => folded(text).match(/(?<![a-z0-9])(?:[a-z]{3,}|\d[\d.,:-]*\d|\d)(?![a-z0-9])/gu) ?? [];
const plain = (text: string) => folded(text).replace(/\s+/gu, '');
const pairsOf = (line: string): string[] =>
  (plain(line).match(/\p{Script=Han}{2,}/gu) ?? []).flatMap((run) =>
    Array.from({ length: [...run].length - 1 }, (_, n) => [...run].slice(n, n + 2).join('')),
  );

/** Each character that was read, and whether it is one of the text, at its place in the order. */
export function rightOnes(
  truth: string,
  words: readonly { text: string; confidence: number }[],
): { confidence: number; is_right: boolean }[] {
  const read = words.flatMap(({ text, confidence }) => characters(text).map((character) => ({ character, confidence })));
  const wanted = characters(truth);
  const right = commonOf(
    read.map(({ character }) => character),
    wanted,
  );
  return read.map(({ confidence }, n) => ({ confidence, is_right: right.has(n) }));
}
const characters = (text: string): string[] => [...text.normalize('NFKC').replace(/\s+/gu, '')];

/** Indexes in `a` of a longest common subsequence of both. */
function commonOf(a: readonly string[], b: readonly string[]): Set<number> {
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
  const common = new Set<number>();
  for (let i = 0, j = 0; i < a.length && j < b.length; )
    if (a[i] === b[j]) {
      common.add(i);
      i += 1;
      j += 1;
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  return common;
}
