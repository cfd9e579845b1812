/** The unsure words of a page, and which of them is visited. */
import { useMemo, useState } from 'react';
import { useChecked } from './checked.ts';
import type { PageText } from './page-text.ts';
import { UNSURE } from './runs.ts';

export type Unsures = {
  words: readonly number[];
  /** Called right by a person. */
  checked: ReadonlySet<number>;
  visited: number | null;
  visit: (k: number | null) => void;
  /** The next one; false: there is none. */
  next: () => boolean;
  /** The visited one is right, and the next is visited. */
  right: () => void;
};

/** key: of picture, revision and page. */
export function useUnsure(text: PageText | null, key: string): Unsures {
  const { checked, check } = useChecked(key);
  const [seen, setSeen] = useState<{ key: string; k: number | null }>({ key, k: null });
  const visited = seen.key === key ? seen.k : null;
  const words = useMemo(
    () => (text?.words ?? []).flatMap(({ confidence }, k) => (confidence < UNSURE && !checked.has(k) ? [k] : [])),
    [text, checked],
  );
  const visit = (k: number | null) => setSeen({ key, k });
  const after = words.find((k) => visited === null || k > visited) ?? words.find((k) => k !== visited) ?? null;
  return {
    ...{ words, checked, visited, visit },
    next: () => {
      if (after !== null) visit(after);
      return after !== null;
    },
    right: () => {
      if (visited !== null) check(visited);
      visit(after);
    },
  };
}

/** The text of the page with another word in the place of one. */
export function replaced({ text, words }: PageText, k: number, typed: string): string {
  const word = words[k];
  const at = word?.at ?? null;
  return word && at !== null ? text.slice(0, at) + typed + text.slice(at + word.text.length) : text;
}
