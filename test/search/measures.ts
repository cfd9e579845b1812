/** How well a list of hits answers a query: recall, MRR and nDCG of the first ten, by kind. */
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { entry, question, saved } from '../worlds/entries.ts';
import type { Made } from './collection.ts';
import type { Asked } from './queries.ts';

export const LOOKED_AT = 10;
const ORG = 'org';
/** Entries written at once. */
const AT_ONCE = 64;

/** recall, mrr and ndcg: means over the queries, of the first ten hits. empty: share that found nothing although something is there. */
export type Row = { kind: string; queries: number; recall: number; mrr: number; ndcg: number; empty: number };
/** Ids of the first ten, by query. */
export type Lists = string[][];

export async function fill(index: SearchIndex, documents: readonly Made[]): Promise<void> {
  for (let from = 0; from < documents.length; from += AT_ONCE)
    await Promise.all(documents.slice(from, from + AT_ONCE).map((one) => index.put(entryOf(one))));
}
const entryOf = ({ id, title, tag, filename, text, facts }: Made) =>
  entry(ORG, id, saved(text, { title, tags: [tag], filename, created_at: facts.date.getTime() }));

export async function listsOf(index: SearchIndex, asked: readonly Asked[]): Promise<Lists> {
  const lists: Lists = [];
  for (const { typed } of asked) {
    const { hits } = await index.search({ org_id: ORG }, question(typed, { limit: LOOKED_AT }));
    lists.push(hits.map(({ resource_id }) => resource_id));
  }
  return lists;
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

/** Where nothing is relevant, finding nothing is right. */
function scoreOf(relevant: Set<string>, hits: string[]): Omit<Row, 'kind' | 'queries'> {
  if (relevant.size === 0) {
    const right = hits.length === 0 ? 1 : 0;
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
  const both = one.flatMap((hits, n) => (hits.length > 0 && (other[n]?.length ?? 0) > 0 ? [hits[0] === other[n]?.[0]] : []));
  return both.filter(Boolean).length / Math.max(both.length, 1);
}

export const tableOf = (engine: string, rows: readonly Row[]): string =>
  [
    `${engine.padEnd(30)} | queries | recall@10 |   MRR | nDCG@10 | empty`,
    ...rows.map(
      ({ kind, queries, recall, mrr, ndcg, empty }) =>
        `${kind.padEnd(30)} | ${String(queries).padStart(7)} | ${cell(recall, 9)} | ${cell(mrr, 5)} | ${cell(ndcg, 7)} | ${cell(empty, 5)}`,
    ),
  ].join('\n');
const cell = (value: number, width: number): string => value.toFixed(3).padStart(width);
