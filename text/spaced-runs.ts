/**
 * Words of a query that mean one thing together: digits with spaces between, +86 138 0013 8000, and March 5, 2024. Each of them is found by
 * the whole too. (That is the same as to ask for either all of them or the one: (a and b) or n is (a or n) and (b or n).)
 */
import { joinedOf, spacedMeaning, tokensOfQuery } from './numbers.ts';
import { type QueryTerm, token } from './phrases.ts';
import { units } from './units.ts';

/** Words of a date or an amount, the longest first: 5th of March, 2024 and one to spare. */
const LENGTHS = [5, 4, 3, 2];
const DIGITS = /^\(?\+?\d+\)?(?:-\d+)*$/;
const SIGNS = /[-()]/g;
type Word = { text: string; terms: QueryTerm[] };

/** `next` takes each part of a query in order; an empty text ends a run, as quotes and a minus do. */
export function spacedRuns(): { next(text: string, terms: QueryTerm[]): void } {
  let run: Word[] = [];
  return {
    next(text, terms) {
      if (text !== '') run.push({ text: text.normalize('NFKC'), terms });
      else {
        addNumbers(run);
        addMeanings(run);
        run = [];
      }
    },
  };
}

function addNumbers(run: Word[]): void {
  for (let from = 0; from < run.length; ) {
    let to = from;
    while (to < run.length && DIGITS.test(run[to]?.text ?? '')) to += 1;
    const words = run.slice(from, to);
    const whole = words.length > 1 ? joinedOf(words.map(({ text }) => text.replace(SIGNS, ''))) : null;
    if (whole) add(words, [whole, ...tokensOfQuery(whole)]);
    from = Math.max(to, from + 1);
  }
}

/** The longest first; none is in two. */
function addMeanings(run: Word[]): void {
  for (let from = 0; from < run.length; ) {
    const to = LENGTHS.map((words) => from + words).find((end) => end <= run.length && meant(run, from, end));
    if (to === undefined) from += 1;
    else from = to;
  }
}

function meant(run: Word[], from: number, to: number): boolean {
  const words = run.slice(from, to);
  const texts = spacedMeaning(units(words.map(({ text }) => text).join(' ')));
  if (texts) add(words, texts);
  return texts !== null;
}

function add(words: Word[], tokens: string[]): void {
  for (const { any } of words.flatMap(({ terms }) => terms)) {
    const asked = new Set(any.flatMap(({ stream, tokens: [first], prefix }) => (stream === 'grams' && !prefix ? [first] : [])));
    any.push(...[...new Set(tokens)].filter((one) => !asked.has(one)).map((one) => token(one)));
  }
}
