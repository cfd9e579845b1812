/** The unsure words that a person in this browser has called right, by picture and revision of its text. */
import { useMemo, useState } from 'react';
import { keep, kept } from '../../world.ts';

const NAME = 'right';
/** Pictures of which it is remembered. */
const MANY = 50;
type Known = [key: string, words: number[]][];

function read(): Known {
  try {
    const known: unknown = JSON.parse(kept(NAME) ?? '[]');
    return Array.isArray(known) ? (known as Known) : []; // written by this file alone
  } catch {
    return [];
  }
}

export function useChecked(key: string): { checked: ReadonlySet<number>; check: (k: number) => void } {
  const [count, setCount] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each check is kept, and counted
  const checked = useMemo(() => new Set(read().find(([of]) => of === key)?.[1] ?? []), [key, count]);
  return {
    checked,
    check: (k) => {
      const next: Known = [[key, [...checked, k]], ...read().filter(([of]) => of !== key)];
      keep(NAME, JSON.stringify(next.slice(0, MANY)));
      setCount((before) => before + 1);
    },
  };
}
