/**
 * Writing entries. What arrives together is one bulk, whose items are looked at one by one; one refresh; and one search, which alone
 * decides what was written: each item is answered by what it returned.
 *
 * The revision is the version of the document (`external_gte`): an equal one overwrites, an older one is refused. A removal is a write
 * too, of a tombstone: Elasticsearch forgets real deletes after a minute, and a late put would bring back what was removed.
 */
import type { estypes } from '@elastic/elasticsearch';
import { failureOf } from '../../contract/failures.ts';
import { bisect } from '../../runtime/async/bisect.ts';
import type { EntryHead, IndexEntry, PutResult } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type Elastic, refusal } from './client.ts';
import { FIELDS, headsOf } from './hits.ts';
import { documentId, documentOf, type Stored, tombstone } from './mapping.ts';
import type { Places } from './names.ts';

export type Write = { places: Places } & (
  | { write: 'put'; entry: IndexEntry }
  | { write: 'remove'; org_id: string; resource_id: string; revision: number }
);
/** An item that failed says why, and leaves the others of its batch alone. */
export type Written = PutResult | { put: 'failed'; failure: StepError };

/** How often a removal is overtaken by another write before it gives up: the two have come together, and one of them wins. */
const ROUNDS = 5;

/** One write, with the document it comes to. */
type Item = { write: Write; id: string; document: Stored };
type Outcome = 'written' | 'refused as older' | { failure: StepError };

/** No two of one entry in a batch. What is refused as a whole because of one entry is tried in halves, so that it fails alone. */
export function writer(elastic: Elastic): (writes: Write[]) => Promise<Written[]> {
  const round = async (writes: Write[]): Promise<(Written | 'again')[]> => {
    const items = await documentsOf(elastic, writes);
    const outcomes = await bulk(elastic, items);
    const older = items.filter((_, i) => outcomes[i] === 'refused as older');
    const versions = await versionsOf(elastic, older);
    const seen = await search(elastic, items);
    return items.map((item, i) => {
      const outcome = outcomes[i] ?? 'refused as older';
      if (typeof outcome === 'object') return { put: 'failed', failure: outcome.failure };
      if (item.write.write === 'remove') return outcome === 'written' ? removalSeen(item, seen) : 'again';
      return outcome === 'written' ? putSeen(item, seen) : aheadOf(item, versions);
    });
  };
  async function written(writes: Write[], rounds: number): Promise<Written[]> {
    const answers = await round(writes);
    const again = writes.filter((_, i) => answers[i] === 'again');
    const later = again.length > 0 && rounds > 1 ? await written(again, rounds - 1) : [];
    return answers.map((answer) => (answer === 'again' ? (later.shift() ?? overtaken) : answer));
  }
  return (writes) =>
    bisect(writes, (some) => written(some, ROUNDS), { failsAll: isUnavailable, failed: (_, error) => failedBy(error) });
}

const isUnavailable = (error: unknown) => error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE';
function failedBy(error: unknown): Written {
  if (error instanceof StepError) return { put: 'failed', failure: error };
  return { put: 'failed', failure: new StepError(failureOf('UNEXPECTED', `the index: ${error}`.slice(0, 500)), error) };
}
const unseen = (detail: string): Written => ({
  put: 'failed',
  failure: new StepError(failureOf('READ_BACK_MISMATCH', detail)),
});
const overtaken = unseen(`another write came before the removal, ${ROUNDS} times in a row`);

/** A removal goes above all that is there, and stays as it is where it was made before. */
async function documentsOf(elastic: Elastic, writes: Write[]): Promise<Item[]> {
  const items = writes.map((write): Item => {
    if (write.write === 'put') {
      const { org_id, resource_id } = write.entry;
      return { write, id: documentId(org_id, resource_id), document: documentOf(write.entry) };
    }
    const { org_id, resource_id, revision } = write;
    return { write, id: documentId(org_id, resource_id), document: tombstone(org_id, resource_id, revision + 1) };
  });
  const removals = items.filter(({ write }) => write.write === 'remove');
  const versions = await versionsOf(elastic, removals);
  for (const { document, id } of removals) {
    const { found, all_deleted } = versions.get(id) ?? NOTHING;
    const is_done = all_deleted && found >= document.revision;
    document.revision = is_done ? found : Math.max(document.revision, found + 1);
  }
  return items;
}

/** One answer an item: the worst of its places. */
async function bulk(elastic: Elastic, items: Item[]): Promise<Outcome[]> {
  const actions = items.flatMap(({ write, id, document }, i) =>
    write.places.write.map((place) => ({ i, place, action: actionOf(place, id, document.revision), document })),
  );
  const operations = actions.flatMap(({ action, document }) => [action, document]);
  const answer = await elastic.call((client) => client.bulk({ operations, refresh: true }));
  const outcomes: Outcome[] = items.map(() => 'written');
  for (const [at, { i }] of actions.entries()) {
    const outcome = outcomeOf(answer.items[at]?.index);
    if (outcome !== 'written' && typeof outcomes[i] === 'string') outcomes[i] = outcome;
  }
  return outcomes;
}

/** require_alias: a write to what is not there makes nothing. */
const actionOf = (alias: string, id: string, revision: number): estypes.BulkOperationContainer => ({
  index: { _index: alias, _id: id, version: revision, version_type: 'external_gte', require_alias: true },
});

function outcomeOf(item: estypes.BulkResponseItem | undefined): Outcome {
  if (!item) return { failure: refusal(502, 'no answer', 'an item of a bulk was not answered') };
  const { status, error } = item;
  if (!error) return 'written';
  return status === 409 ? 'refused as older' : { failure: refusal(status, error.type, whyOf(error)) };
}
const whyOf = ({ reason, caused_by }: estypes.ErrorCause): string => [reason, caused_by?.reason].filter(Boolean).join(': ');

/** Removed ones, as long as nothing has been written since they were looked at. What is not removed is left. */
export async function forgotten(elastic: Elastic, ids: string[], { write }: Places): Promise<void> {
  const docs = write.flatMap((_index) => ids.map((_id) => ({ _index, _id, _source: ['deleted'] })));
  if (docs.length === 0) return;
  const answer = await elastic.call((client) => client.mget<{ deleted: boolean }>({ docs }));
  const operations = answer.docs.flatMap((doc, i): estypes.BulkOperationContainer[] => {
    if ('error' in doc || !doc.found || doc._source?.deleted !== true) return [];
    const { _index, _id } = docs[i] ?? { _index: '', _id: '' };
    return [{ delete: { _index, _id, version: doc._version ?? 0, version_type: 'external_gte' } }];
  });
  if (operations.length === 0) return;
  const { items } = await elastic.call((client) => client.bulk({ operations, refresh: true }));
  const failed = items.find((item) => item.delete?.error && item.delete.status !== 409)?.delete;
  if (failed?.error) throw refusal(failed.status, failed.error.type, whyOf(failed.error));
}

type Version = { found: number; all_deleted: boolean };
const NOTHING: Version = { found: 0, all_deleted: false };

/** The highest revision of each in all its places, written a moment ago or not: by id, since no search sees it before a refresh. */
async function versionsOf(elastic: Elastic, items: Item[]): Promise<Map<string, Version>> {
  if (items.length === 0) return new Map();
  const asked = items.flatMap(({ write, id }) =>
    write.places.write.map((place) => ({ id, _index: place, _id: id, _source: ['deleted'] })),
  );
  const docs = asked.map(({ _index, _id, _source }) => ({ _index, _id, _source }));
  const answer = await elastic.call((client) => client.mget<{ deleted: boolean }>({ docs }));
  const versions = new Map<string, Version>();
  for (const [at, { id }] of asked.entries()) {
    const doc = answer.docs[at];
    if (doc && 'error' in doc) throw refusal(404, doc.error.type, whyOf(doc.error));
    const there = doc?.found
      ? { found: doc._version ?? 0, deleted: doc._source?.deleted === true }
      : { found: 0, deleted: false };
    const before = versions.get(id) ?? { found: 0, all_deleted: true };
    versions.set(id, { found: Math.max(before.found, there.found), all_deleted: before.all_deleted && there.deleted });
  }
  return versions;
}

function aheadOf({ id, write }: Item, versions: Map<string, Version>): Written {
  const { found } = versions.get(id) ?? NOTHING;
  const own = write.write === 'put' ? write.entry.revision : write.revision;
  return found > own ? { put: 'ahead', found } : unseen(`a write of ${id} was refused as older than what is no longer there`);
}

/** What a search returns of each item, in each alias that it must be seen in. */
type Seen = Map<string, Map<string, EntryHead>>;

async function search(elastic: Elastic, items: Item[]): Promise<Seen> {
  const places = [...new Set(items.flatMap(({ write }) => write.places.seen))];
  const searches = places.flatMap((place): estypes.MsearchRequestItem[] => {
    const values = items.filter(({ write }) => write.places.seen.includes(place)).map(({ id }) => id);
    return [{ index: place }, { query: { ids: { values } }, size: values.length, _source: false, docvalue_fields: FIELDS }];
  });
  const { responses } = await elastic.call((client) => client.msearch({ searches }));
  return new Map(
    places.map((place, i) => {
      const response = responses[i];
      if (!response || 'error' in response) {
        const error = response && 'error' in response ? response.error : { type: 'no answer', reason: '' };
        throw refusal(response?.status ?? 502, error.type, whyOf(error));
      }
      return [place, new Map(headsOf(response).map((head) => [documentId(head.org_id, head.resource_id), head]))];
    }),
  );
}

const headsSeen = ({ write, id }: Item, seen: Seen): (EntryHead | undefined)[] =>
  write.places.seen.map((place) => seen.get(place)?.get(id));

/** Another process may have written a later revision between the bulk and the search. */
function putSeen(item: Item, seen: Seen): Written {
  const { revision } = item.document;
  const heads = headsSeen(item, seen);
  const found = Math.max(...heads.map((head) => head?.revision ?? 0));
  if (found > revision) return { put: 'ahead', found };
  const all = heads.every((head) => head?.revision === revision && !head.deleted);
  return all ? { put: 'seen' } : unseen(`a search does not see ${item.id} at revision ${revision}`);
}

function removalSeen(item: Item, seen: Seen): Written {
  const gone = headsSeen(item, seen).every((head) => head?.deleted);
  return gone ? { put: 'seen' } : unseen(`a search still finds ${item.id}`);
}
