/** What a test of a SearchIndex works in: an organisation and ids of its own, so that one index may serve all tests. */
import assert from 'node:assert/strict';
import type { IndexQuery, SearchIndex } from '../../runtime/ports/search-index.ts';
import { type EntryChange, entry, question } from '../worlds/entries.ts';

export type IndexWorld = Awaited<ReturnType<typeof indexWorld>>;

let n = 0;
export async function indexWorld(open: () => Promise<SearchIndex>) {
  n += 1;
  const index = await open();
  const [org, other] = [`org-${process.pid}-${n}`, `org-${process.pid}-${n}-other`];
  const id = (one: string) => `r-${process.pid}-${n}-${one}`;
  const make = (one: string, text: Parameters<typeof entry>[2], change: EntryChange = {}) => entry(org, id(one), text, change);
  const put = (one: string, text: Parameters<typeof entry>[2], change: EntryChange = {}) => index.put(make(one, text, change));
  const search = (typed: string, change: Partial<IndexQuery> = {}, org_id = org) =>
    index.search({ org_id }, question(typed, change));
  /** The ids found, without what is the same for all of a test. */
  const found = async (typed: string, change: Partial<IndexQuery> = {}, org_id = org) =>
    (await search(typed, change, org_id)).hits.map(({ resource_id }) => resource_id.replace(id(''), ''));
  const finds = async (typed: string, wanted: string[], change: Partial<IndexQuery> = {}) =>
    assert.deepEqual((await found(typed, change)).sort(), wanted.sort(), typed);
  return { index, org, other, id, make, put, search, found, finds };
}
