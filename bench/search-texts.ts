/** Generated texts for an index, pieces of them to look for, and how long a search for each takes. One JSON object a line. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hashedNgrams } from '../providers/hashed-ngrams.ts';
import type { IndexEntry, IndexQuery, SearchIndex } from '../runtime/ports.ts';
import { entry, question } from '../test/support/entries.ts';
import { savedText, seeded } from '../test/support/texts.ts';

const SEED = 20261123;
const QUERIES = 300;
const embedder = hashedNgrams();
/** Of vectors here. */
export const { dimension } = embedder;
const chance = seeded(SEED);
export const print = (line: Record<string, unknown>) => console.log(JSON.stringify(line));
export const rounded = (value: number) => Math.round(value * 10) / 10;
export const at = (sorted: number[], part: number) =>
  rounded(sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? 0);

async function vectorOf(text: string): Promise<Float32Array | null> {
  return (await embedder.embed([text], new AbortController().signal))[0] ?? null;
}

/** Embedding is measured apart: it is not the index's work. */
export async function entries(from: number, count: number): Promise<IndexEntry[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const saved = savedText(chance);
      const vector = await vectorOf(`${saved.title}\n${saved.pages[0]?.text}`);
      return entry('o', `r${String(from + i).padStart(8, '0')}`, saved, { vector });
    }),
  );
}

/** Pieces as people remember them: a few characters or words of a text that is there. */
function phrases(kind: 'han' | 'words'): string[] {
  const found: string[] = [];
  const again = seeded(SEED);
  while (found.length < QUERIES) {
    const text = savedText(again).pages[0]?.text ?? '';
    const runs = text.match(kind === 'han' ? /\p{Script=Han}{4,}/gu : /[a-z]+(?: [a-z]+){3,}/g) ?? [];
    const run = runs[Math.floor(chance() * runs.length)];
    if (run === undefined) continue;
    const pieces = kind === 'han' ? [...run] : run.split(' ');
    const length = kind === 'han' ? 2 + Math.floor(chance() * 5) : 1 + Math.floor(chance() * 4);
    const first = Math.floor(chance() * Math.max(pieces.length - length + 1, 1));
    found.push(pieces.slice(first, first + length).join(kind === 'han' ? '' : ' '));
  }
  return found;
}

async function measured(index: SearchIndex, name: string, typed: string[], change: Partial<IndexQuery>): Promise<void> {
  const took: number[] = [];
  const totals: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (const one of typed) {
    const vector = change.mode && change.mode !== 'text' ? await vectorOf(one) : null;
    const began = performance.now();
    const { total } = await index.search({ org_id: 'o' }, question(one, { ...change, vector }));
    took.push(performance.now() - began);
    totals.push(total);
  }
  delay.disable();
  for (const list of [took, totals]) list.sort((a, b) => a - b);
  const loop = { p99: rounded(delay.percentile(99) / 1e6), max: rounded(delay.max / 1e6) };
  print({
    measured: name,
    queries: typed.length,
    p50_ms: at(took, 0.5),
    p99_ms: at(took, 0.99),
    max_ms: at(took, 1),
    matches_p50: at(totals, 0.5),
    loop_ms: loop,
  });
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

/** Every kind of question, one at a time. */
export async function questions(index: SearchIndex): Promise<void> {
  const [han, words] = [phrases('han'), phrases('words')];
  const mixed = han.flatMap((phrase, i) => [phrase, words[i] ?? '']);
  await measured(index, 'warm-up', mixed, { mode: 'text' });
  await measured(index, 'text, 2 to 6 Han characters', han, { mode: 'text' });
  await measured(index, 'text, 1 to 4 words', words, { mode: 'text' });
  await measured(index, 'text, both', mixed, { mode: 'text' });
  await measured(index, 'hybrid, both', mixed, { mode: 'hybrid' });
  await measured(
    index,
    'hybrid, a long passage',
    Array.from({ length: 100 }, () => savedText(chance).pages[0]?.text.slice(0, 400) ?? ''),
    { mode: 'hybrid' },
  );
  await measured(index, 'text, one character', [...'的一是中手机票据合同铁价严'], { mode: 'text' });
  await measured(index, 'text with facets', mixed.slice(0, 100), { mode: 'text', facets: ['tag', 'year'] });
  await measured(
    index,
    'newest, no words',
    Array.from({ length: 50 }, () => ''),
    {},
  );
  await measured(
    index,
    'newest with facets',
    Array.from({ length: 10 }, () => ''),
    { facets: ['tag', 'year'] },
  );
}
