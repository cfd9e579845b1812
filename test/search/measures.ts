/** How well a list of hits answers a query: recall, MRR and nDCG of the first ten, by kind. */
import type { Embedder } from '../../runtime/ports/providers.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { Vectors } from '../../runtime/ports/texts.ts';
import { inOrder, lowerTiers, type Near, type ReadTexts, type TierHit, WINDOW } from '../../runtime/search/lower-tiers.ts';
import { createNearness, type Nearness } from '../../runtime/search/nearness.ts';
import { passagesOf } from '../../text/passages.ts';
import { type Readable, readable } from '../../text/rank.ts';
import { entry, question, saved } from '../worlds/entries.ts';
import type { Made } from './collection.ts';
import type { Asked } from './queries.ts';

export const LOOKED_AT = 10;
/** As many as a search ranks. */
const LISTED = 400;
const ORG = 'org';
/** Entries written at once. */
const AT_ONCE = 64;

/** recall, mrr and ndcg: means over the queries, of the first ten hits. empty: share that found nothing although something is there. */
export type Row = { kind: string; queries: number; recall: number; mrr: number; ndcg: number; empty: number };
/** What is listed, by query. */
export type Lists = TierHit[][];

/** A model, and what it has made of the documents. */
export type Meaning = { embedder: Embedder; nearness: Nearness; vectors: ReadonlyMap<string, Vectors> };

const never = new AbortController().signal;
/** Each document embedded as the step does it. */
export async function meaningOf(embedder: Embedder, documents: readonly Made[]): Promise<Meaning> {
  const { model } = embedder;
  const vectors = new Map<string, Vectors>();
  for (let from = 0; from < documents.length; from += AT_ONCE)
    await Promise.all(
      documents.slice(from, from + AT_ONCE).map(async (one) => {
        const words = [one.title, one.tag, one.text].join('\n');
        vectors.set(one.id, { model, passages: await embedder.embed(passagesOf(words, embedder.passage_tokens), never) });
      }),
    );
  const every = Math.max(1, Math.floor(documents.length / SAMPLED));
  const sample = documents.filter((_, n) => n % every === 0).flatMap(({ id }) => vectors.get(id) ?? []);
  const sampled = sample.map((one, n) => ({
    ...one,
    embedding_id: `e${n}`,
    text_id: `t${n}`,
    resource_id: `r${n}`,
    org_id: ORG,
    at: n,
  }));
  const facts = { texts: { sampledEmbeddings: async () => sampled } };
  return { embedder, nearness: createNearness({ facts, embedder, clock: { elapsed: () => 0 } }), vectors };
}
const SAMPLED = 256;

export async function fill(index: SearchIndex, documents: readonly Made[], meaning: Meaning | null = null): Promise<void> {
  for (let from = 0; from < documents.length; from += AT_ONCE)
    await Promise.all(
      documents
        .slice(from, from + AT_ONCE)
        .map((one) => index.put({ ...entryOf(one), vectors: meaning?.vectors.get(one.id) ?? null })),
    );
}
const entryOf = ({ id, title, tag, filename, text, facts }: Made) =>
  entry(ORG, id, saved(text, { title, tags: [tag], filename, created_at: facts.date.getTime() }));

export async function listsOf(
  index: SearchIndex,
  documents: readonly Made[],
  asked: readonly Asked[],
  meaning: Meaning | null = null,
): Promise<Lists> {
  const texts = new Map(documents.map((one) => [one.id, readable(entryOf(one).saved)]));
  const lists: Lists = [];
  for (const { typed, beside } of asked) {
    const list = await listOf({ index, texts, meaning }, typed);
    lists.push(list.filter(({ resource_id }) => !beside.has(resource_id)));
  }
  return lists;
}

/** As a search lists them, to its end: windows of exact hits in their order, then those of the lower tiers. */
type Listing = { index: SearchIndex; texts: ReadonlyMap<string, Readable>; meaning: Meaning | null };
async function listOf({ index, texts, meaning }: Listing, typed: string): Promise<TierHit[]> {
  const asked = question(typed, { limit: LISTED });
  const scope = { org_id: ORG };
  const read: ReadTexts = async (hits) =>
    new Map(hits.flatMap(({ resource_id }) => [[resource_id, texts.get(resource_id) ?? []] as const]));
  const { hits, total } = await index.search(scope, asked);
  const exact: TierHit[] = [];
  for (let from = 0; from < hits.length; from += WINDOW) {
    const window = await inOrder(hits.slice(from, from + WINDOW), asked.query, read);
    exact.push(...window.map((hit): TierHit => ({ ...hit, match: 'exact', marks: null })));
  }
  if (total > hits.length) return exact;
  const search = { index, scope, filters: asked, read, rest: async () => {}, near: () => nearOf(meaning, typed) };
  const ids = exact.map(({ resource_id }) => resource_id);
  return [...exact, ...(await lowerTiers(search, { exact: ids, lowest: 'meaning' })).hits];
}

async function nearOf(meaning: Meaning | null, typed: string): Promise<Near | null> {
  const [vector] = (await meaning?.embedder.embed([typed], never, 'query')) ?? [];
  if (!meaning || !vector) return null;
  return { vector, least: await meaning.nearness.least({ org_id: ORG }, vector) };
}

export function rowsOf(asked: readonly Asked[], lists: Lists): Row[] {
  const kinds = [...new Set(asked.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const scores = asked.flatMap((one, n) => (one.kind === kind ? [scoreOf(one.relevant, lists[n] ?? [])] : []));
    const mean = (value: (score: (typeof scores)[number]) => number) =>
      scores.reduce((sum, one) => sum + value(one), 0) / scores.length;
    return {
      ...{ kind, queries: scores.length, recall: mean((one) => one.recall), mrr: mean((one) => one.mrr) },
      ...{ ndcg: mean((one) => one.ndcg), empty: mean((one) => one.empty) },
    };
  });
}

/** Where nothing is relevant, finding nothing exactly or nearly is right. */
function scoreOf(relevant: Set<string>, listed: readonly TierHit[]): Omit<Row, 'kind' | 'queries'> {
  const hits = listed.slice(0, LOOKED_AT).map(({ resource_id }) => resource_id);
  if (relevant.size === 0) {
    const right = listed.some(({ match }) => match === 'exact' || match === 'alike') ? 0 : 1;
    return { recall: right, mrr: right, ndcg: right, empty: 0 };
  }
  const most = Math.min(LOOKED_AT, relevant.size);
  const gains = hits.map((id) => (relevant.has(id) ? 1 : 0));
  const first = gains.indexOf(1);
  const gained = (all: readonly number[]) => all.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
  return {
    recall: gains.filter((gain) => gain === 1).length / most,
    mrr: first < 0 ? 0 : 1 / (first + 1),
    ndcg: gained(gains) / gained(Array<number>(most).fill(1)),
    empty: hits.length === 0 ? 1 : 0,
  };
}

/** Share of the queries with hits in both whose first hit is the same. */
export function sameFirst(one: Lists, other: Lists): number {
  const both = one.flatMap((hits, n) =>
    hits.length > 0 && (other[n]?.length ?? 0) > 0 ? [hits[0]?.resource_id === other[n]?.[0]?.resource_id] : [],
  );
  return both.filter(Boolean).length / Math.max(both.length, 1);
}

export const tableOf = (engine: string, rows: readonly Row[]): string =>
  [
    `${engine.padEnd(30)} | queries | recall@10 |   MRR | nDCG@10 | empty`,
    ...rows.map(
      ({ kind, queries, recall, mrr, ndcg, empty }) =>
        `${kind.padEnd(30)} | ${String(queries).padStart(7)} | ${cell(recall, 9)} | ${cell(mrr, 5)} | ${cell(ndcg, 7)} | ${cell(empty, 5)}`,
    ),
    `${'all (mean of the queries)'.padEnd(30)} | ${String(sum(rows, () => 1)).padStart(7)} | ${cell(
      mean(rows, ({ recall }) => recall),
      9,
    )} | ${cell(
      mean(rows, ({ mrr }) => mrr),
      5,
    )} | ${cell(
      mean(rows, ({ ndcg }) => ndcg),
      7,
    )} | ${cell(
      mean(rows, ({ empty }) => empty),
      5,
    )}`,
  ].join('\n');
const sum = (rows: readonly Row[], value: (row: Row) => number): number =>
  rows.reduce((all, row) => all + value(row) * row.queries, 0);
const mean = (rows: readonly Row[], value: (row: Row) => number): number => sum(rows, value) / sum(rows, () => 1);
const cell = (value: number, width: number): string => value.toFixed(3).padStart(width);
