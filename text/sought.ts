/** What an index is asked for when it looks for candidates: every index answers it by what it has. */
import type { Phrase } from './phrases.ts';

/**
 * phrase: as in a query. left, right: tokens of `plain`, one run before the other, with one token between at most. like: a token of the
 * stream that is nearly this one, as far as the index can tell; `within`: or has it in itself.
 */
export type Sought =
  | { all: Sought[] }
  | { any: Sought[] }
  | { phrase: Phrase }
  | { left: string[]; right: string[] }
  | { like: string; stream: Phrase['stream']; within: boolean };

/** weight: a whole number that each entry which has it is given. */
export type Weighed = { sought: Sought; weight: number };
