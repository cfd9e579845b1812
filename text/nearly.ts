/** Room for edits, and where a run of Han stands nearly. Words: see measure.ts. */
import { areAlike } from './look-alikes.ts';

/** A look-alike; anything else costs 1. */
const ALIKE = 0.4;
/** A digit is another number: only what looks like it may stand for it. */
const DIGIT = 3;
/** A sign or a break within a run of Han. */
const SIGN = 0.4;
const isDigit = (one: string | undefined): boolean => one !== undefined && one >= '0' && one <= '9';

/** What a word, a code or a run of Han may cost, by its characters. Numbers and codes have what their letters and look-alikes leave. */
export const roomOfWord = (chars: number): number => (chars < 4 ? 0 : chars < 5 ? ALIKE : chars < 8 ? 1 : chars < 12 ? 1.4 : 2);
export const roomOfHan = (chars: number): number => (chars < 3 ? 0 : chars < 5 ? 1 : chars < 8 ? 1.4 : 2);

function swap(one: string, other: string): number {
  if (one === other) return 0;
  if (areAlike(one, other)) return ALIKE;
  return isDigit(one) || isDigit(other) ? DIGIT : 1;
}
const ROUNDING = 1e-9;

/** Where a run stands best among tokens: from the first to before the last of them. Null: nowhere within `room`. */
export type Standing = { from: number; to: number; cost: number };
export function nearestRun(run: readonly string[], tokens: readonly string[], room: number): Standing | null {
  let best: Standing | null = null;
  let before = Array.from({ length: run.length + 1 }, (_, i) => ({ cost: i, from: 0 }));
  for (const [at, token] of tokens.entries()) {
    const column = [{ cost: 0, from: at + 1 }];
    const skipped = IS_SIGN.test(token) ? SIGN : 1;
    for (let i = 1; i <= run.length; i += 1) {
      const [across, left, up] = [before[i - 1], before[i], column[i - 1]];
      if (!across || !left || !up) break;
      let next = { cost: across.cost + swap(run[i - 1] ?? '', token), from: i === 1 ? at : across.from };
      if (left.cost + skipped < next.cost) next = { cost: left.cost + skipped, from: left.from };
      if (up.cost + 1 < next.cost) next = { cost: up.cost + 1, from: up.from };
      column.push(next);
    }
    const last = column[run.length];
    if (last && last.cost <= room + ROUNDING && (best === null || last.cost < best.cost)) best = { ...last, to: at + 1 };
    before = column;
  }
  return best;
}
const IS_SIGN = /^\.$/;
