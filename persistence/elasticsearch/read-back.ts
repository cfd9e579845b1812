/**
 * Reading back what was written: one refresh and one search for all that wait. A refresh costs Elasticsearch the same for one entry as for
 * hundreds (a segment of some thirty files), so the next one comes no sooner than the last one took: under load they take half of the
 * time at most. Where there is little to do nobody waits, and a bulk brings its own refresh, which saves a journey.
 */
import type { estypes } from '@elastic/elasticsearch';
import { batched } from '../../runtime/async/batch.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { EntryHead } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type Elastic, refusal, whyOf } from './client.ts';
import { FIELDS, headsOf } from './hits.ts';
import { documentId } from './mapping.ts';

/** Entries a search. */
const MAX = 1_000;
/** The longest wait between two refreshes: an entry is seen so much later at most. */
const MAX_REST_MS = 100;

/**
 * An entry by its document's id, and the aliases in which it must be seen. No two of one id at once. `refreshed_from`: when the bulk began
 * that refreshed as well; null: it did not.
 */
export type Sought = { id: string; seen: string[]; refreshed_from: number | null };
/** What a search returns of it in each of its aliases; or why one of them can't be searched. */
export type Found = { heads: (EntryHead | undefined)[] } | { failure: StepError };

type InPlace = Map<string, EntryHead> | StepError;

export type Reader = {
  /** A refresh now would be for this bulk alone: none is under way, or waited for. Returns when it begins; null: another one is to come. */
  refreshNow(): number | null;
  read(sought: Sought): Promise<Found>;
};

/** Without a clock nothing waits between two refreshes. */
export function reader(elastic: Elastic, clock: Clock | undefined): Reader {
  const now = () => clock?.elapsed() ?? 0;
  let rests_until = 0;
  let reading = 0;
  const work = async (all: Sought[]): Promise<Found[]> => {
    const began = Math.min(now(), ...all.map(({ refreshed_from }) => refreshed_from ?? now()));
    const places = [...new Set(all.flatMap(({ seen }) => seen))];
    try {
      if (all.some(({ refreshed_from }) => refreshed_from === null))
        await elastic.call((client) => client.indices.refresh({ index: places, ignore_unavailable: true }));
      const found = await searched(elastic, places, all);
      return all.map((sought) => foundOf(sought, found));
    } finally {
      rests_until = now() + Math.min(now() - began, MAX_REST_MS);
    }
  };
  const before = async () => {
    const rest = rests_until - now();
    if (rest > 0) await clock?.sleep(rest);
  };
  const read = batched(work, { max: MAX, key: ({ id }) => id, before });
  return {
    refreshNow: () => (reading === 0 && rests_until <= now() ? now() : null),
    async read(sought) {
      reading += 1;
      try {
        return await read(sought);
      } finally {
        reading -= 1;
      }
    },
  };
}

async function searched(elastic: Elastic, places: string[], all: Sought[]): Promise<Map<string, InPlace>> {
  const searches = places.flatMap((place): estypes.MsearchRequestItem[] => {
    const values = all.filter(({ seen }) => seen.includes(place)).map(({ id }) => id);
    return [{ index: place }, { query: { ids: { values } }, size: values.length, _source: false, docvalue_fields: FIELDS }];
  });
  const { responses } = await elastic.call((client) => client.msearch({ searches }));
  return new Map(places.map((place, i) => [place, inPlace(responses[i])]));
}

function inPlace(response: estypes.MsearchResponseItem | undefined): InPlace {
  if (!response) return refusal(502, 'no answer', 'a search of several was not answered');
  if ('error' in response) return refusal(response.status, response.error.type, whyOf(response.error));
  return new Map(headsOf(response).map((head) => [documentId(head.org_id, head.resource_id), head]));
}

function foundOf({ id, seen }: Sought, found: Map<string, InPlace>): Found {
  const heads: (EntryHead | undefined)[] = [];
  for (const place of seen) {
    const there = found.get(place);
    if (there instanceof StepError) return { failure: there };
    heads.push(there?.get(id));
  }
  return { heads };
}
