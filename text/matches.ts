/** Where a query is found in a text: the places of the same tokens that an index compares. */
import { adjacent } from './adjacent.ts';
import { type Analysed, analyse, type Token } from './analyse.ts';
import type { ParsedQuery, Phrase, QueryTerm } from './query.ts';
import { isStopStem } from './stop-words.ts';

/** In UTF-16 units of the text. */
export type Span = { start: number; end: number };

/** In order, those that touch made one. At most `max`. */
export const matches = (text: string, terms: readonly QueryTerm[], max: number): Span[] => matchesIn(analyse(text), terms, max);

/** Where a text has the words one after the other as they were typed, only there; else wherever it has any of them. */
export function bestMatches(text: string, query: Pick<ParsedQuery, 'all'>, max: number): Span[] {
  const streams = analyse(text);
  const phrase = adjacent(query);
  const whole = phrase ? matchesIn(streams, [{ any: [phrase] }], max) : [];
  return whole.length > 0 ? whole : matchesIn(streams, telling(query.all), max);
}

/** Words that say little are not marked where others are: they stand everywhere. */
function telling(terms: readonly QueryTerm[]): readonly QueryTerm[] {
  const some = terms.filter(({ any: [first] }) => first?.tokens.length !== 1 || !isStopStem(first.tokens[0] ?? ''));
  return some.length > 0 ? some : terms;
}

function matchesIn(streams: Analysed, terms: readonly QueryTerm[], max: number): Span[] {
  const phrases = terms.flatMap(({ any }) => any);
  return joined(phrases.flatMap((phrase) => placesOf(phrase, streams[phrase.stream], max))).slice(0, max);
}

function placesOf(phrase: Phrase, tokens: Token[], max: number): Span[] {
  const spans: Span[] = [];
  const length = phrase.tokens.length;
  for (let i = 0; i + length <= tokens.length && spans.length < max; i += 1) {
    const first = tokens[i];
    const last = tokens[i + length - 1];
    if (first && last && standsAt(phrase, tokens, i)) spans.push({ start: first.start, end: last.end });
  }
  return spans;
}

const standsAt = ({ tokens: wanted, prefix }: Phrase, tokens: Token[], at: number): boolean =>
  wanted.every((token, j) => {
    const found = tokens[at + j]?.text ?? '';
    return prefix && j === wanted.length - 1 ? found.startsWith(token) : found === token;
  });

function joined(spans: Span[]): Span[] {
  const whole: Span[] = [];
  for (const { start, end } of spans.sort((a, b) => a.start - b.start || a.end - b.end)) {
    const before = whole.at(-1);
    if (before && start <= before.end) before.end = Math.max(before.end, end);
    else whole.push({ start, end });
  }
  return whole;
}
