/** What a drawing shows beside the machine itself. */
import type { Line } from '../../../visualizer/drawing.ts';

/**
 * lit: states, and lines as `from to`. next: the same, where it would go. here: active states. counts, late: instances by the path of
 * their state, and how many of them have a timer that is overdue.
 */
export type Shown = {
  lit: readonly string[];
  next: readonly string[];
  here: readonly string[];
  counts: Readonly<Record<string, number>>;
  late: Readonly<Record<string, number>>;
};
export const NOTHING: Shown = { lit: [], next: [], here: [], counts: {}, late: {} };

/** The cards of each moment, and the lines between those that follow one another: straight, or by a state that is left at once. */
export function litBy(lines: readonly Line[], visits: readonly (readonly string[])[]): string[] {
  const ways = visits.slice(1).flatMap((to, n) => {
    const from = visits[n] ?? [];
    return to.filter((card) => !from.includes(card)).flatMap((card) => wayTo(lines, from, card));
  });
  return [...visits.flat(), ...ways.flatMap((way) => [way.from, way.to, `${way.from} ${way.to}`])];
}
function wayTo(lines: readonly Line[], from: readonly string[], card: string): Line[] {
  const straight = lines.filter((line) => from.includes(line.from) && line.to === card);
  if (straight.length > 0) return straight;
  const last = lines.filter((line) => line.way === 'always' && line.to === card);
  return last.flatMap((hop) => [...lines.filter((line) => from.includes(line.from) && line.to === hop.from), hop]);
}
