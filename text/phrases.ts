/** What a query asks of an index. */
import type { Stream } from './analyse.ts';

/** Tokens that stand one after the other in one passage of one field of `stream`; with `prefix` the last one may go on. */
export type Phrase = { stream: Stream; tokens: string[]; prefix: boolean };
/** One thing to be found: any of its phrases. */
export type QueryTerm = { any: Phrase[] };
/** A run of two or more Han, in pairs. */
export const runOf = (run: string): Phrase => ({
  stream: 'grams',
  tokens: Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2)),
  prefix: false,
});
/** One token, asked for alone. */
export const token = (text: string, prefix = false): Phrase => ({ stream: 'grams', tokens: [text], prefix });
