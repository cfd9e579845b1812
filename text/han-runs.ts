/** Runs of Han with a slip in them, as an index can find them: the run with a hole at each place, or enough of its pieces. */
import type { Sought } from './sought.ts';

/** Runs that are looked for with holes; longer ones may have two slips, and are found by two of four pieces. */
export const HAN_HOLES = { min: 3, max: 7 };
const PIECES = 4;

export function soughtRun(run: readonly string[]): Sought {
  return run.length > HAN_HOLES.max ? twoPiecesOf(run) : { any: run.map((_, hole) => withHole(run, hole)) };
}

function withHole(run: readonly string[], hole: number): Sought {
  const [left, right] = [run.slice(0, hole), run.slice(hole + 1)];
  if (left.length === 0) return written(right);
  return right.length === 0 ? written(left) : { left, right };
}

/** The pieces of a long run: the more of them a text has, the likelier it has the run. */
export function piecesOf(run: readonly string[]): Sought[] {
  if (run.length <= HAN_HOLES.max) return [];
  const ends = Array.from({ length: PIECES + 1 }, (_, at) => Math.round((run.length * at) / PIECES));
  return ends.slice(1).map((to, at) => written(run.slice(ends[at], to)));
}

function twoPiecesOf(run: readonly string[]): Sought {
  const pieces = piecesOf(run);
  return { any: pieces.flatMap((one, at) => pieces.slice(at + 1).map((other) => ({ all: [one, other] }))) };
}

/** Two or more as pairs, which are rarer. */
function written(run: readonly string[]): Sought {
  const pairs = run.slice(1).map((one, at) => (run[at] ?? '') + one);
  return {
    phrase:
      pairs.length > 0 ? { stream: 'grams', tokens: pairs, prefix: false } : { stream: 'plain', tokens: [...run], prefix: false },
  };
}
