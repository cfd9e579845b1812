/**
 * What stands on the shelf: groups, each loaded from its top, with room kept for what is not loaded. A new question aborts the one before it;
 * until its answer is there the old shelf stays.
 */
import { createStore } from '@xstate/store-react';
import { isAborted, isUnreachable, Refused, throwUnexpected } from '../../api/refused.ts';
import { pictureNow } from '../../stores/pictures.ts';
import type { Query } from '../../stores/query.ts';
import { sortOf } from '../../stores/query.ts';
import { now } from '../../world.ts';
import { monthRange, type Range, rangeOf, recentRanges, startOfRecent, utcOffset } from './groups.ts';
import {
  type Counts,
  count,
  countMonths,
  countPhases,
  type Facet,
  type Hit,
  isSearch,
  list,
  NEXT,
  type Page,
  search,
  topTags,
} from './question.ts';

/** count: of all in it; ids: those that are loaded, from its top. cursor: null: all are. */
export type Group = { range: Range; count: number; ids: readonly string[]; cursor: string | null | undefined };
type Shelf = {
  /** What is shown was asked for this. null: nothing was answered yet. */
  query: Query | null;
  groups: readonly Group[];
  hits: ReadonlyMap<string, Hit>;
  total: number;
  exact: boolean;
  took_ms: number | null;
  tags: readonly Facet[];
  years: readonly Facet[];
  /** A search counts what it found by phase; lists have `counts`. */
  phases: readonly Facet[];
  counts: Counts | null;
  /** A question is under way. */
  busy: boolean;
  /** New ones that are not shown, since somebody reads farther down. */
  fresh: number;
  failed: { detail: string; status: number } | null;
};

const NOTHING: Shelf = {
  ...{
    query: null,
    groups: [],
    hits: new Map(),
    total: 0,
    exact: true,
    took_ms: null,
    tags: [],
    years: [],
    phases: [],
    counts: null,
  },
  ...{ busy: true, fresh: 0, failed: null },
};

export const shelf = createStore({
  context: NOTHING,
  on: {
    asked: (context) => ({ ...context, busy: true }),
    answered: (context, { shown }: { shown: Partial<Shelf> }) => ({ ...context, ...shown, busy: false, failed: null, fresh: 0 }),
    more: (context, { key, page }: { key: string; page: Page }) => ({
      ...context,
      hits: page.hits.length > 0 ? new Map([...context.hits, ...page.hits]) : context.hits,
      groups: context.groups
        .map((group) => (group.range.key === key ? extended(group, page) : group))
        .filter((group) => group.count > 0), // emptied since it was counted
    }),
    counted: (context, { counts, tags }: { counts: Counts; tags?: readonly Facet[] }) => ({
      ...context,
      counts,
      ...(tags ? { tags } : {}),
    }),
    gone: (context, { ids }: { ids: readonly string[] }) => without(context, new Set(ids)),
    came: (context) => ({ ...context, fresh: context.fresh + 1 }),
    failed: (context, { failed }: { failed: NonNullable<Shelf['failed']> }) => ({ ...context, busy: false, failed }),
    idle: (context) => ({ ...context, busy: false }),
  },
});

function extended(group: Group, { ids, next_cursor }: Page): Group {
  const known = new Set(group.ids);
  const all = [...group.ids, ...ids.filter((id) => !known.has(id))];
  return {
    ...group,
    ids: all,
    cursor: next_cursor,
    count: next_cursor === null ? all.length : Math.max(group.count, all.length + 1),
  };
}
function without(context: Shelf, gone: ReadonlySet<string>): Shelf {
  const groups = context.groups.map((group) => {
    const ids = group.ids.filter((id) => !gone.has(id));
    return { ...group, ids, count: group.count - (group.ids.length - ids.length) };
  });
  const left = groups.reduce((sum, { count }) => sum + count, 0);
  const before = context.groups.reduce((sum, group) => sum + group.count, 0);
  return { ...context, groups: groups.filter((group) => group.count > 0), total: context.total - (before - left) };
}

let asking = new AbortController();

/** Resolves when it is answered, has failed, or was overtaken by another question. */
export async function ask(query: Query): Promise<void> {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  shelf.trigger.asked();
  try {
    const shown = isSearch(query) ? await searched(query, signal) : await listed(query, signal);
    if (signal.aborted) return;
    shelf.trigger.answered({ shown: { ...shown, query } });
    await recount(query, signal);
  } catch (error) {
    if (isAborted(error) || signal.aborted) return;
    if (error instanceof Refused) shelf.trigger.failed({ failed: { detail: error.message, status: error.status } });
    else if (isUnreachable(error)) shelf.trigger.idle();
    else throw error;
  }
}

/** Chips. Called again, at most every two seconds, when something has moved. */
export async function recount(query: Query, signal: AbortSignal = asking.signal): Promise<void> {
  const counts = await countPhases(query, signal);
  const tags = isSearch(query) || query.trash ? undefined : await topTags(query, signal);
  if (!signal.aborted) shelf.trigger.counted({ counts, ...(tags ? { tags } : {}) });
}

const ALL: Range = { key: 'all', from: null, to: null };
async function searched(query: Query, signal: AbortSignal): Promise<Partial<Shelf>> {
  const { ids, hits, next_cursor, total, exact, took_ms, tags, years, phases } = await search(query, signal);
  const more = Math.max(total, ids.length + 1); // what is only nearly found is not in the total
  const group = { range: ALL, count: next_cursor === null ? ids.length : more, ids, cursor: next_cursor };
  return { groups: ids.length > 0 ? [group] : [], hits: new Map(hits), total, exact, took_ms, tags, years, phases };
}

async function listed(query: Query, signal: AbortSignal): Promise<Partial<Shelf>> {
  const [first, { total }] = await Promise.all([list(query, ALL, signal), count(query, signal)]);
  const all = {
    total: Math.max(total, first.ids.length),
    exact: true,
    took_ms: null,
    years: [],
    phases: [],
    hits: new Map<string, Hit>(),
  };
  if (sortOf(query) === 'title')
    return { ...all, groups: [{ range: ALL, count: all.total, ids: first.ids, cursor: first.next_cursor }] };
  const groups = grouped(first.ids);
  if (first.next_cursor === null) return { ...all, groups };
  return { ...all, groups: await planned(query, signal, groups) };
}

/** Ids, the newest first, by the time at which each came. */
function grouped(ids: readonly string[]): Group[] {
  const at = now();
  const groups: (Group & { ids: string[] })[] = [];
  for (const id of ids) {
    const range = rangeOf(Date.parse(pictureNow(id)?.created_at ?? ''), at);
    const last = groups.at(-1);
    if (last?.range.key === range.key) last.ids.push(id);
    else groups.push({ range, count: 0, ids: [id], cursor: null });
  }
  return groups.map((group) => ({ ...group, count: group.ids.length }));
}

/** The groups of a library that is larger than its first page: what is loaded, and room for the rest by counts. */
async function planned(query: Query, signal: AbortSignal, loaded: Group[]): Promise<Group[]> {
  const at = now();
  const [recent, months] = await Promise.all([
    Promise.all(recentRanges(at).map(async (range) => ({ range, count: (await count(query, signal, range)).total }))),
    countMonths(query, signal, startOfRecent(at), utcOffset(at)),
  ]);
  const older = months
    .map(([month, counted]) => ({ range: monthRange(month, at), count: counted }))
    .sort((a, b) => (b.range.from ?? 0) - (a.range.from ?? 0));
  return [...recent, ...older].flatMap(({ range, count }) => {
    const ids = loaded.find((group) => group.range.key === range.key)?.ids ?? [];
    if (count + ids.length === 0) return [];
    return { range, ids, count: Math.max(count, ids.length), cursor: ids.length >= count ? null : undefined };
  });
}

const loading = new Set<string>();
/** Loads more of a group, unless that is under way. A group that was begun by the first page is read again from its top. */
export async function loadMore(key: string): Promise<void> {
  const { query, groups } = shelf.getSnapshot().context;
  const group = groups.find(({ range }) => range.key === key);
  if (!query || !group || group.cursor === null || loading.has(key)) return;
  const { signal } = asking;
  loading.add(key);
  try {
    const wanted = group.cursor === undefined ? {} : { cursor: group.cursor, limit: NEXT };
    const page = isSearch(query) ? await search(query, signal, wanted) : await list(query, group.range, signal, wanted);
    if (!signal.aborted) shelf.trigger.more({ key, page });
  } catch (error) {
    if (!isAborted(error)) throwUnexpected(error); // scrolling asks again
  } finally {
    loading.delete(key);
  }
}

/** Every id that is loaded, in the order of the shelf. */
export const loadedIds = (): string[] => shelf.getSnapshot().context.groups.flatMap(({ ids }) => ids);
