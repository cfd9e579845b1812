/** What is asked of the API for what is looked for. */
import type { SearchHit } from '../../../contract/search.ts';
import { api } from '../../api/api.ts';
import { type Picture, putPictures } from '../../stores/pictures.ts';
import { type Query, SHOWN_PHASES, sortOf } from '../../stores/query.ts';

/** What was found of a picture by the words looked for. */
export type Hit = Pick<SearchHit, 'match' | 'highlights' | 'boxes'>;
export type Page = { ids: string[]; hits: [string, Hit][]; next_cursor: string | null };
export type Facet = { value: string; count: number };
/** exact: total is counted to the end. facets: of all that was found. */
export type Found = Page & {
  total: number;
  exact: boolean;
  took_ms: number | null;
  tags: Facet[];
  years: Facet[];
  phases: Facet[];
};
export type Counts = { total: number; by_phase: Record<string, number>; by_remark: Record<string, number> };

/** Words are searched for; without them pictures are listed, those that no search finds yet among them. */
export const isSearch = ({ q, years, trash }: Query): boolean => !trash && (q.trim() !== '' || years.length > 0);

/** The first page is what is seen at once; those after it come while scrolling. */
const FIRST = 60;
export const NEXT = 200;

const many = <Value>(values: readonly Value[]): Value[] | undefined => (values.length > 0 ? [...values] : undefined);
const TRASH_STATUSES = ['TRASHED', 'EXPIRED', 'PURGE_FAILED'] as const;

/** A day as people mean it: from its midnight here. */
const midnight = (day: string, add = 0): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + add).toISOString();
};

/** The phases that are asked for: those that are chosen, or all but those left out. undefined: any. */
const phasesOf = ({ phases, not_phases }: Query) =>
  phases.length > 0 || not_phases.length === 0 ? many(phases) : SHOWN_PHASES.filter((phase) => !not_phases.includes(phase));

export async function search(query: Query, signal: AbortSignal, { cursor, limit = FIRST }: PageWanted = {}): Promise<Found> {
  const { q, tags, not_tags, batches, years } = query;
  const sort = sortOf(query) === 'relevance' ? 'relevance' : 'newest';
  const taken = years.length > 0 ? { taken_from: `${years[0]}-01-01`, taken_to: `${years[0]}-12-31` } : {};
  const filters = { tag: many(tags), not_tag: many(not_tags), phase: phasesOf(query), batch_id: many(batches), ...taken };
  const { body } = await api.search({
    query: { q: q.trim(), sort, facets: ['tag', 'year', 'phase'], limit, ...filters, ...(cursor ? { cursor } : {}) },
    signal,
  });
  putPictures(body.items.map(({ resource }) => resource));
  return {
    ids: body.items.map(({ resource }) => resource.resource_id),
    hits: body.items.map(({ resource, match, highlights, boxes }) => [resource.resource_id, { match, highlights, boxes }]),
    next_cursor: body.next_cursor,
    total: body.total,
    exact: body.total_is_exact,
    took_ms: body.took_ms,
    tags: body.facets.tag ?? [],
    years: body.facets.year ?? [],
    phases: body.facets.phase ?? [],
  };
}

function filtersOf(query: Query) {
  const { tags, not_tags, remarks, batches, from, to, trash } = query;
  return {
    tag: many(tags),
    not_tag: many(not_tags),
    remark: many(remarks),
    batch_id: many(batches),
    ...(trash ? { status: [...TRASH_STATUSES] } : { phase: phasesOf(query) }),
    ...(from ? { created_from: midnight(from) } : {}),
    ...(to ? { created_to: midnight(to, 1) } : {}),
  };
}

/** Within times, from included. */
export type Within = { from: number | null; to: number | null };
const within = ({ from, to }: Within, filters: { created_from?: string; created_to?: string }) => {
  const times = [
    from === null ? filters.created_from : later(new Date(from).toISOString(), filters.created_from),
    to === null ? filters.created_to : earlier(new Date(to).toISOString(), filters.created_to),
  ];
  return { ...(times[0] ? { created_from: times[0] } : {}), ...(times[1] ? { created_to: times[1] } : {}) };
};
const later = (a: string, b?: string): string => (b !== undefined && b > a ? b : a);
const earlier = (a: string, b?: string): string => (b !== undefined && b < a ? b : a);

/** cursor: after which page; without, the first. */
export type PageWanted = { cursor?: string; limit?: number };
export async function list(
  query: Query,
  range: Within,
  signal: AbortSignal,
  { cursor, limit = FIRST }: PageWanted = {},
): Promise<Page> {
  const filters = filtersOf(query);
  const { body } = await api.list_resources({
    query: {
      ...filters,
      ...within(range, filters),
      sort: sortOf(query) === 'title' ? 'title' : '-created_at',
      limit,
      ...(cursor ? { cursor } : {}),
    },
    signal,
  });
  const ids = putPictures(body.items as Picture[]);
  return { ids, hits: [], next_cursor: body.next_cursor };
}

export async function count(query: Query, signal: AbortSignal, range: Within = { from: null, to: null }): Promise<Counts> {
  const filters = filtersOf(query);
  const { body } = await api.count_resources({ query: { ...filters, ...within(range, filters) }, signal });
  return body;
}

/** Pictures before a time by month, as `2026-11`; months begin by clocks that are so many minutes before UTC. */
export async function countMonths(
  query: Query,
  signal: AbortSignal,
  to: number,
  utc_offset_min: number,
): Promise<[string, number][]> {
  const filters = filtersOf(query);
  const times = within({ from: null, to }, filters);
  const { body } = await api.count_resources({ query: { ...filters, ...times, by: 'month', utc_offset_min }, signal });
  return Object.entries(body.by_month ?? {});
}

/** Counts of each phase whatever phase is chosen: for the chips. */
export const countPhases = (query: Query, signal: AbortSignal): Promise<Counts> =>
  count({ ...query, phases: [], not_phases: [] }, signal);

/** The tags of what can be found, most used first. */
export async function topTags(query: Query, signal: AbortSignal): Promise<Facet[]> {
  const { body } = await api.search({
    query: { q: '', facets: ['tag'], limit: 1, tag: many(query.tags), not_tag: many(query.not_tags) },
    signal,
  });
  return body.facets.tag ?? [];
}
