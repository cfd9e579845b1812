/** Generated texts for an index. What is printed is one JSON object a line. */
import { hashedNgrams } from '../providers/hashed-ngrams.ts';
import type { IndexEntry, SearchIndex } from '../runtime/ports/search-index.ts';
import { entry } from '../test/worlds/entries.ts';
import { savedText, seeded } from '../test/worlds/texts.ts';

export const SEED = 20261123;
export const ORG = 'a';
const embedder = hashedNgrams();
/** The length of vectors here. */
export const { dimension } = embedder;
const random = seeded(SEED);
export const print = (line: Record<string, unknown>) => console.log(JSON.stringify(line));
export const rounded = (value: number) => Math.round(value * 10) / 10;
export const at = (sorted: number[], part: number) =>
  rounded(sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0);

export async function vectorOf(text: string): Promise<Float32Array | null> {
  return (await embedder.embed([text], new AbortController().signal))[0] ?? null;
}

/** Embedding is measured apart: it is not the index's work. */
export async function entries(from: number, count: number): Promise<IndexEntry[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const saved = savedText(random);
      const vector = await vectorOf(`${saved.title}\n${saved.pages[0]?.text}`);
      return entry(ORG, `r${String(from + i).padStart(8, '0')}`, saved, { vector });
    }),
  );
}

/** Puts one after the other, each alone. `from`: where the numbers of new entries begin. */
export async function putsAlone(index: SearchIndex, from: number): Promise<void> {
  const one = await entries(from, 50);
  const alone: number[] = [];
  for (const put of one) {
    const began = performance.now();
    await index.put(put);
    alone.push(performance.now() - began);
  }
  alone.sort((a, b) => a - b);
  print({ measured: 'one put alone', p50_ms: at(alone, 0.5), p99_ms: at(alone, 0.99) });
}
