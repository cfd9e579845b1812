/** How fast something grows. */
import { now } from '../world.ts';

const SPEED_MS = 5_000;

/** Given the whole each time, it returns how much came in a second, over the last five. */
export function createSpeed(): (whole: number) => number {
  const marks: { at: number; whole: number }[] = [];
  return (whole) => {
    marks.push({ at: now(), whole });
    while ((marks[0]?.at ?? 0) < now() - SPEED_MS) marks.shift();
    const [first] = marks;
    const seconds = first ? (now() - first.at) / 1_000 : 0;
    return first && seconds > 0 ? Math.max(0, whole - first.whole) / seconds : 0;
  };
}
