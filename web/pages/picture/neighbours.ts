/** Where a picture stands in the list that it was opened from, and what was found on it: by the query in the address. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import type { Box } from '../../../contract/search.ts';
import { type Query, query, searchOf } from '../../stores/query.ts';
import { isSearch, list, search } from '../library/question.ts';

type Found = { ids: readonly string[]; total: number; boxes: ReadonlyMap<string, readonly Box[]> };
const NONE: Found = { ids: [], total: 0, boxes: new Map() };
const MANY = 200;
let last: { of: string; found: Found } | null = null;

async function look(asked: Query, signal: AbortSignal): Promise<Found> {
  if (!isSearch(asked)) {
    const { ids, next_cursor } = await list(asked, { from: null, to: null }, signal, { limit: MANY });
    return { ids, total: next_cursor === null ? ids.length : 0, boxes: new Map() };
  }
  const { ids, total, hits } = await search(asked, signal, { limit: MANY });
  return { ids, total, boxes: new Map(hits.map(([id, { boxes }]) => [id, boxes])) };
}

export type Place = { at: number; total: number; before: string | null; after: string | null; boxes: readonly Box[] };
/** at: from 1; 0: it is not among the first 200. */
export function usePlace(id: string): Place {
  const asked = useSelector(query, ({ context }) => context);
  const of = searchOf(asked);
  const [found, setFound] = useState<Found>(last?.of === of ? last.found : NONE);
  useEffect(() => {
    if (last?.of === of && last.found.ids.includes(id)) return setFound(last.found);
    const stop = new AbortController();
    look(asked, stop.signal).then(
      (next) => {
        last = { of, found: next };
        setFound(next);
      },
      () => {}, // without neighbours then
    );
    return () => stop.abort();
  }, [id, of, asked]);
  const at = found.ids.indexOf(id);
  const beside = (by: number) => (at < 0 ? null : (found.ids[at + by] ?? null));
  return { at: at + 1, total: found.total, before: beside(-1), after: beside(1), boxes: found.boxes.get(id) ?? [] };
}
