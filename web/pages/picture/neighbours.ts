/** Where a picture stands in the list that it was opened from, and what was found on it: by the query in the address. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import type { Box } from '../../../contract/search.ts';
import { api } from '../../api/api.ts';
import { putPictures } from '../../stores/pictures.ts';
import { type Query, query, searchOf } from '../../stores/query.ts';

type Found = { ids: readonly string[]; total: number; boxes: ReadonlyMap<string, readonly Box[]> };
const NONE: Found = { ids: [], total: 0, boxes: new Map() };
const MANY = 200;
let last: { of: string; found: Found } | null = null;

async function look(asked: Query, signal: AbortSignal): Promise<Found> {
  const { q, tags, phases, batches, remarks } = asked;
  const filters = {
    ...(tags.length > 0 ? { tag: [...tags] } : {}),
    ...(batches.length > 0 ? { batch_id: [...batches] } : {}),
    ...(asked.trash ? { phase: ['gone' as const] } : phases.length > 0 ? { phase: [...phases] } : {}),
  };
  if (q === '') {
    const more = remarks.length > 0 ? { remark: [...remarks] } : {};
    const { body } = await api.list_resources({ query: { ...filters, ...more, limit: MANY }, signal });
    const ids = putPictures(body.items);
    return { ids, total: body.next_cursor === null ? ids.length : 0, boxes: new Map() };
  }
  const sort = asked.sort === 'newest' ? ('newest' as const) : ('relevance' as const);
  const { body } = await api.search({ query: { q, ...filters, sort, limit: MANY }, signal });
  const ids = putPictures(body.items.map(({ resource }) => resource));
  return { ids, total: body.total, boxes: new Map(body.items.map(({ resource, boxes }) => [resource.resource_id, boxes])) };
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
