/** How two ranked lists become one, and the numbers that every index ranks by. Pure: each index brings its own lists. */
import type { Field } from '../../text/document.ts';

/** A word in the title says more than one among a page's hundreds. */
export const WEIGHT: Record<Field, number> = { title: 8, tags: 5, description: 3, filename: 2, text: 1 };
/** Added to the score of what has the words as they were typed, one after the other: above any score of words alone. */
export const AS_TYPED = 1_000;
/** How much of each list is fused: what is further down would add less than a place among the first changes. */
export const FUSED = 200;
/** The constant of reciprocal rank fusion. (Cormack, Clarke and Büttcher 2009: 60; little depends on it.) */
const RRF_K = 60;

export type Ranked<Id> = { id: Id; score: number };
export type Near<Id> = { id: Id; similarity: number };
/** strangers: those that only their nearness let in, as far as the first FUSED of the words' list tell. */
export type Fusion<Id> = { fused: Ranked<Id>[]; strangers: Id[] };

/**
 * Reciprocal rank fusion of the first FUSED of both lists. What the words do not find is let in only when it is near
 * (`vector_floor`): every text is nearest to something, and a query for what is not there must find nothing.
 */
export function fusion<Id extends number | string>(words: Ranked<Id>[], near: Near<Id>[], vector_floor: number): Fusion<Id> {
  const named = new Map(words.map(({ id }, place) => [id, place]));
  const allowed = near.filter(({ id, similarity }) => named.has(id) || similarity >= vector_floor);
  return { fused: fused(words, allowed, named), strangers: allowed.filter(({ id }) => !named.has(id)).map(({ id }) => id) };
}

function fused<Id extends number | string>(
  words: { id: Id }[],
  near: { id: Id }[],
  named: ReadonlyMap<Id, number>,
): Ranked<Id>[] {
  const scores = new Map<Id, number>();
  for (const list of [words, near]) {
    for (const [i, { id }] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (RRF_K + i + 1));
  }
  /** Breaks ties by the order of the words: two hits that change places in the two lists have the same score. */
  const place = (id: Id) => named.get(id) ?? words.length;
  const order = (a: Ranked<Id>, b: Ranked<Id>) => b.score - a.score || place(a.id) - place(b.id) || (b.id > a.id ? 1 : -1);
  return [...scores].map(([id, score]) => ({ id, score })).sort(order);
}

/**
 * The words' list goes on after its first FUSED, without those that the vectors have brought forward (`known`). `list` begins there.
 * Scores fall on from the last fused.
 */
export function rest<Id, One extends { id: Id }>(
  list: One[],
  { known, max }: { known: ReadonlySet<Id>; max: number },
): (One & { score: number })[] {
  const own = list.filter(({ id }) => !known.has(id)).slice(0, max);
  return own.map((one, i) => ({ ...one, score: 1 / (RRF_K + FUSED + FUSED + i + 1) }));
}
