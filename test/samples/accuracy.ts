/** How much of a text was read right. */

/** 1 less edits a true character; 1 where nothing is written. */
export function accuracyOf(truth: string, read: string): number {
  const { errors, characters } = errorsOf(truth, read);
  return characters === 0 ? 1 : 1 - errors / characters;
}

/** Edits (Levenshtein) after NFKC and without white space: layout is not what is judged. characters: true ones. */
export function errorsOf(truth: string, read: string): { errors: number; characters: number } {
  const [wanted, got] = [truth, read].map((text) => [...text.normalize('NFKC').replace(/\s+/gu, '')]) as [string[], string[]];
  return { errors: edits(wanted, got), characters: wanted.length };
}

function edits(a: string[], b: string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, char] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries())
      next.push(Math.min((row[j] ?? 0) + (char === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
}
