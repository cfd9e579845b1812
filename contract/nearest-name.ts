/** Names that were probably meant: for settings, fields and values that are misspelt. */

/** Returns the known name with the smallest edit distance. */
export function nearestName(name: string, names: readonly string[]): string {
  return names.reduce((best, known) => (distance(name, known) < distance(name, best) ? known : best));
}

/** Levenshtein distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
