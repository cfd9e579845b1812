/** What is looked for: the address of the page, and nothing else. A change of it is a change of the address. */
import { createStore } from '@xstate/store-react';
import { REMARKS, type RemarkCode } from '../../contract/remark-codes.ts';
import { PHASES, type Phase } from '../../contract/statuses.ts';
import { WEB_PAGES } from '../../contract/web-pages.ts';
import { BASE } from '../world.ts';

export const SORTS = ['relevance', 'newest', 'title'] as const;
export type Sort = (typeof SORTS)[number];
/** not_tags, not_phases: what is left out. from, to: days of coming in, `2026-11-28`, both included. years: when it was taken. sort: null: by relevance where words are looked for, else newest. trash: what was removed, and nothing else. */
export type Query = {
  q: string;
  tags: readonly string[];
  phases: readonly Phase[];
  not_tags: readonly string[];
  not_phases: readonly Phase[];
  remarks: readonly RemarkCode[];
  batches: readonly string[];
  years: readonly string[];
  from: string | null;
  to: string | null;
  sort: Sort | null;
  trash: boolean;
};

export const SHOWN_PHASES = PHASES.filter((phase) => phase !== 'gone');
const some = <Value extends string>(known: readonly Value[], given: string[]): Value[] =>
  known.filter((one) => given.includes(one));
const isDay = (text: string | null): text is string => text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text);

const tagsIn = (given: string[]) => given.filter((tag) => tag !== '' && tag.length <= 60).slice(0, 20);

/** Whatever somebody has put in an address: what is not understood is left out. */
export function parseQuery(search: string): Query {
  const given = new URLSearchParams(search);
  const [from, to, sort] = [given.get('from'), given.get('to'), given.get('sort')];
  return {
    q: (given.get('q') ?? '').slice(0, 500),
    tags: tagsIn(given.getAll('tag')),
    phases: some(SHOWN_PHASES, given.getAll('phase')),
    not_tags: tagsIn(given.getAll('not_tag')),
    not_phases: some(SHOWN_PHASES, given.getAll('not_phase')),
    remarks: some(REMARKS, given.getAll('remark')),
    batches: given.getAll('batch').filter((batch) => batch !== '' && batch.length <= 100),
    years: given
      .getAll('year')
      .filter((year) => /^\d{4}$/.test(year))
      .slice(0, 1),
    from: isDay(from) ? from : null,
    to: isDay(to) ? to : null,
    sort: SORTS.find((known) => known === sort) ?? null,
    trash: given.has('trash'),
  };
}

/** With `?`, or nothing. */
export function searchOf(query: Query): string {
  const made = new URLSearchParams();
  if (query.q !== '') made.set('q', query.q);
  for (const tag of query.tags) made.append('tag', tag);
  for (const phase of query.phases) made.append('phase', phase);
  for (const tag of query.not_tags) made.append('not_tag', tag);
  for (const phase of query.not_phases) made.append('not_phase', phase);
  for (const remark of query.remarks) made.append('remark', remark);
  for (const batch of query.batches) made.append('batch', batch);
  for (const year of query.years) made.append('year', year);
  for (const name of ['from', 'to', 'sort'] as const) if (query[name] !== null) made.set(name, query[name]);
  if (query.trash) made.set('trash', '');
  const text = made.toString().replace(/=(?=&|$)/g, '');
  return text === '' ? '' : `?${text}`;
}

export const query = createStore({
  context: parseQuery(location.search),
  on: {
    read: (context, { search }: { search: string }) => {
      const next = parseQuery(search);
      return searchOf(next) === searchOf(context) ? context : next;
    },
  },
});

/** wouter tells of its own changes by events of these names. */
for (const name of ['popstate', 'pushState', 'replaceState'])
  addEventListener(name, () => query.trigger.read({ search: location.search }));

/** Typing replaces the entry of the history; a chip makes one. */
export function change(patch: Partial<Query>, how: 'push' | 'replace' = 'push'): void {
  const address = BASE + pathNow() + searchOf({ ...query.getSnapshot().context, ...patch });
  if (how === 'push') history.pushState(history.state, '', address);
  else history.replaceState(history.state, '', address);
}
const pathNow = () => location.pathname.slice(BASE.length) || '/';

export const isFiltered = ({ q, from, to, trash, sort: _, ...lists }: Query): boolean =>
  q !== '' || from !== null || to !== null || trash || Object.values(lists).some(({ length }) => length > 0);
/** With what is looked for, so that the page of the picture shows it too, and its neighbours are those of the list. */
export const addressOfPicture = (id: string): string =>
  WEB_PAGES.picture.replace(':id', id) + searchOf(query.getSnapshot().context);
/** The order that is shown. */
export const sortOf = ({ q, sort }: Query): Sort => sort ?? (q === '' ? 'newest' : 'relevance');
