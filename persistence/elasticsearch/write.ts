/**
 * Writing entries. What arrives together is one bulk, whose items are looked at one by one. A search alone decides what was written, see
 * read-back.ts: while it is under way the next bulk is written.
 *
 * The revision is the version of the document (`external_gte`): an equal one overwrites, an older one is refused. A removal is a write
 * too, of a tombstone: Elasticsearch forgets real deletes after a minute, and a late put would bring back what was removed.
 */
import type { estypes } from '@elastic/elasticsearch';
import { failureOf } from '../../contract/failures.ts';
import { batched } from '../../runtime/async/batch.ts';
import { bisect } from '../../runtime/async/bisect.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { createKeyQueue } from '../../runtime/async/key-queue.ts';
import type { IndexEntry, PutResult } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { BULK_CHARACTERS, type Elastic, refusal, whyOf } from './client.ts';
import { documentId, documentOf, tombstone } from './mapping.ts';
import type { Places } from './names.ts';
import { type Found, reader } from './read-back.ts';
import type { VectorFields } from './vector-fields.ts';

export type Write = { places: Places } & (
  | { write: 'put'; entry: IndexEntry }
  | { write: 'remove'; org_id: string; resource_id: string; revision: number }
);
/** An item that failed says why, and leaves the others of its bulk alone. */
export type Written = PutResult | { put: 'failed'; failure: StepError };

/** Writes a bulk. */
const MAX_WRITES = 500;
/** How often a removal is overtaken by another write before it gives up: the two have come together, and one of them wins. */
const ROUNDS = 5;

/** `text`: the document of a put, as it is sent. That of a removal is known only beside what is there. */
type Item = { write: Write; id: string; text: string };
/** At which revision it was written, and whether it is refreshed (see read-back.ts); or what is there, and refused it. */
type Outcome = { written: number; refreshed_from: number | null } | { refused_by: number } | { failure: StepError };

/** A write of an entry begins when the one before of the same entry is answered. */
export function writer(
  elastic: Elastic,
  fields: Pick<VectorFields, 'modelOf'>,
  clock?: Clock,
): (write: Write) => Promise<Written> {
  const inOrder = createKeyQueue(Number.POSITIVE_INFINITY);
  const { refreshNow, read } = reader(elastic, clock);
  const bulked = batched<Item, Outcome>(
    (items) =>
      bisect(items, (some) => bulk(elastic, some, refreshNow()), {
        failsAll: isUnavailable,
        failed: (_, error) => failedBy(error),
      }),
    { max: MAX_WRITES, key: ({ id }) => id, size: ({ text }) => text.length, max_size: BULK_CHARACTERS },
  );
  async function written(item: Item, rounds: number): Promise<Written> {
    const { write, id } = item;
    const outcome = await bulked(item);
    if ('failure' in outcome) return { put: 'failed', failure: outcome.failure };
    const { seen } = write.places;
    if ('written' in outcome) {
      const { written: revision, refreshed_from } = outcome;
      return seenAs(item, revision, await read({ id, seen, refreshed_from }));
    }
    if (write.write === 'put') {
      if (seen.length > 1) await read({ id, seen, refreshed_from: null }); // one of its places may have taken it, and is searched next
      return aheadOf(id, write.entry.revision, outcome.refused_by);
    }
    return rounds > 1 ? written(item, rounds - 1) : overtaken;
  }
  return async (write) => {
    try {
      return await inOrder(idOf(write), async () => written(await itemOf(write, fields), ROUNDS));
    } catch (error) {
      return { put: 'failed', failure: failedBy(error).failure };
    }
  };
}

const isUnavailable = (error: unknown) => error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE';
function failedBy(error: unknown): { failure: StepError } {
  if (error instanceof StepError) return { failure: error };
  return { failure: new StepError(failureOf('UNEXPECTED', `the index: ${error}`.slice(0, 500)), error) };
}
const unseen = (detail: string): Written => ({
  put: 'failed',
  failure: new StepError(failureOf('READ_BACK_MISMATCH', detail)),
});
const overtaken = unseen(`another write came before the removal, ${ROUNDS} times in a row`);

const idOf = (write: Write): string => {
  const { org_id, resource_id } = write.write === 'put' ? write.entry : write;
  return documentId(org_id, resource_id);
};
async function itemOf(write: Write, { modelOf }: Pick<VectorFields, 'modelOf'>): Promise<Item> {
  if (write.write === 'remove') return { write, id: idOf(write), text: '' };
  const { entry } = write;
  return { write, id: idOf(write), text: JSON.stringify(documentOf(entry, await modelOf(entry.vectors))) };
}

type Document = { revision: number; text: string };

/** A removal goes above all that is there, and stays as it is where it was made before. */
async function documentsOf(elastic: Elastic, items: Item[]): Promise<Document[]> {
  const versions = await versionsOf(
    elastic,
    items.filter(({ write }) => write.write === 'remove'),
  );
  return items.map(({ write, id, text }) => {
    if (write.write === 'put') return { revision: write.entry.revision, text };
    const { found, all_deleted } = versions.get(id) ?? NOTHING;
    const own = write.revision + 1;
    const revision = all_deleted && found >= own ? found : Math.max(own, found + 1);
    return { revision, text: JSON.stringify(tombstone(write.org_id, write.resource_id, revision)) };
  });
}

/** One answer an item: the worst of its places. */
async function bulk(elastic: Elastic, items: Item[], refreshed_from: number | null): Promise<Outcome[]> {
  const documents = await documentsOf(elastic, items);
  const actions = items.flatMap(({ write, id }, i) =>
    write.places.write.map((place) => {
      const { revision, text } = documents[i] ?? { revision: 0, text: '' };
      return { i, action: actionOf(place, id, revision), text };
    }),
  );
  const operations = actions.flatMap(({ action, text }): (estypes.BulkOperationContainer | string)[] => [action, text]);
  const answer = await elastic.call((client) => client.bulk<string>({ operations, refresh: refreshed_from !== null }));
  const outcomes = documents.map(({ revision }): Outcome | 'older' => ({ written: revision, refreshed_from }));
  for (const [at, { i }] of actions.entries()) {
    const outcome = outcomeOf(answer.items[at]?.index);
    const so_far = outcomes[i];
    if (outcome !== 'written' && typeof so_far === 'object' && 'written' in so_far) outcomes[i] = outcome;
  }
  const versions = await versionsOf(
    elastic,
    items.filter((_, i) => outcomes[i] === 'older'),
  );
  return items.map(({ id }, i) => {
    const outcome = outcomes[i] ?? 'older';
    return outcome === 'older' ? { refused_by: versions.get(id)?.found ?? 0 } : outcome;
  });
}

/** require_alias: a write to what is not there makes nothing. */
const actionOf = (alias: string, id: string, revision: number): estypes.BulkOperationContainer => ({
  index: { _index: alias, _id: id, version: revision, version_type: 'external_gte', require_alias: true },
});

function outcomeOf(item: estypes.BulkResponseItem | undefined): 'written' | 'older' | { failure: StepError } {
  if (!item) return { failure: refusal(502, 'no answer', 'an item of a bulk was not answered') };
  const { status, error } = item;
  if (!error) return 'written';
  return status === 409 ? 'older' : { failure: refusal(status, error.type, whyOf(error)) };
}

function aheadOf(id: string, own: number, found: number): Written {
  return found > own ? { put: 'ahead', found } : unseen(`a write of ${id} was refused as older than what is no longer there`);
}

/** Another process may have written a later revision between the bulk and the search. */
function seenAs({ write, id }: Item, revision: number, found: Found): Written {
  if ('failure' in found) return { put: 'failed', failure: found.failure };
  const { heads } = found;
  if (write.write === 'remove') return heads.every((head) => head?.deleted) ? SEEN : unseen(`a search still finds ${id}`);
  const newest = Math.max(...heads.map((head) => head?.revision ?? 0));
  if (newest > revision) return { put: 'ahead', found: newest };
  const all = heads.every((head) => head?.revision === revision && !head.deleted);
  return all ? SEEN : unseen(`a search does not see ${id} at revision ${revision}`);
}
const SEEN: Written = { put: 'seen' };

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
