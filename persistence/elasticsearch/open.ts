/**
 * SearchIndex on Elasticsearch 9, by what its core alone has. It can be wiped at any time: the next call makes an empty index, and
 * `onMadeAnew` tells of it; what fills it is the comparison with the facts.
 */

import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { refusalIn } from '../../runtime/health/credentials.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { IndexGenerations, SearchIndex } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type Elastic, type ElasticOptions, elasticAt, unavailable } from './client.ts';
import { generationsOf } from './generations.ts';
import { contentsOf, FIELDS, headsOf, WITH_CONTENT } from './hits.ts';
import { documentId, type Model } from './mapping.ts';
import { namesOf, placesOf } from './names.ts';
import { candidatesOf, countsOf, searched } from './search.ts';
import { vectorFields } from './vector-fields.ts';
import { forgotten, type Write, writer } from './write.ts';

/** Ids a call of `heads`, as the port says. */
const HEADS = 200;
/** How long a start waits for it. */
const START_LIMIT_MS = 5_000;
/** What searches read first, where no row says otherwise. */
export const FIRST_GENERATION = 'first';

export type ElasticsearchOptions = ElasticOptions & {
  /** Whose vectors are compared; null: none are. */
  model: Model | null;
  alias?: string;
  /** The generation to make when there is none that searches read: the `live` of the index targets. */
  live?: () => Promise<string>;
  /** Bounds the wait for an Elasticsearch that does not answer; absent: as long as a call takes. */
  clock?: Clock;
  /** As the port's `onMadeAnew`, from the first moment. */
  onMadeAnew?: () => void;
};

/** While Elasticsearch is unavailable this resolves all the same, and so the service starts: every call looks again. Rejects with CredentialsRefused. */
export async function openElasticsearchIndex(options: ElasticsearchOptions): Promise<SearchIndex> {
  const { model, alias = 'tuodi', live = async () => FIRST_GENERATION, clock, onMadeAnew } = options;
  const names = namesOf(alias);
  const elastic = elasticAt(options);
  const fields = vectorFields(elastic, names, model);
  const { begin, ...generations } = generationsOf({ elastic, names, model, fields });

  let begun: Promise<void> | null = null;
  const on_new = onMadeAnew ? [onMadeAnew] : [];
  const made = async () => {
    if (await begin(live)) for (const then of on_new) then();
  };
  /** After any failure it is looked at again: a server that comes back may come back empty. */
  async function ready<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    begun ??= made();
    try {
      await begun;
      return await work();
    } catch (error) {
      if (isUnavailable(error) || refusalIn(error) !== null) begun = null;
      throw error;
    }
  }
  const write = writer(elastic, fields, clock);
  const done = (one: Write) =>
    ready(async () => {
      const answer = await write(one);
      if (answer.put === 'failed') {
        options.credentials?.failed(answer.failure); // of an item: the call went well
        throw answer.failure;
      }
      return answer;
    });
  const index = names.readers;
  const entries = (scope: Scope, ids: string[], fields: string[]) =>
    ready(() => entriesOf(elastic, index, scope, { ids, fields }));
  await lookedAt(() => ready(async () => null), clock);

  return {
    put: (entry, into) => done({ write: 'put', entry, places: placesOf(names, into) }),
    async remove({ org_id }, resource_id, revision, into) {
      await done({ write: 'remove', org_id, resource_id, revision, places: placesOf(names, into) });
    },
    async forget({ org_id }, ids, into) {
      if (ids.length > HEADS) throw new RangeError(`at most ${HEADS} ids`);
      await ready(() =>
        forgotten(
          elastic,
          ids.map((id) => documentId(org_id, id)),
          placesOf(names, into),
        ),
      );
    },
    ...searches({ elastic, index, model }, ready),
    heads: async (scope, ids) => headsOf(await entries(scope, ids, FIELDS)),
    contents: async (scope, ids) => contentsOf(await entries(scope, ids, WITH_CONTENT)),
    async scan(after, limit) {
      const from = after === null ? {} : { search_after: [after] };
      const wanted = { index, size: limit, sort: 'resource_id', _source: false, docvalue_fields: FIELDS, ...from };
      return ready(async () => headsOf(await elastic.call((client) => client.search(wanted))));
    },
    async count() {
      const { count } = await ready(() => elastic.call((client) => client.count({ index, query: { term: { deleted: false } } })));
      return count;
    },
    async identity() {
      const asked = () => ready(() => identityOf(elastic, index));
      return asked().catch((error: unknown) => {
        if (isUnavailable(error)) return asked(); // gone: it is made by the second call
        throw error;
      });
    },
    onMadeAnew: (then) => void on_new.push(then),
    outdated: () => ready(() => servedOutdated(generations)),
    ping: () =>
      ready(async () => {
        const { status } = await elastic.call((client) => client.cluster.health({ index }));
        if (status === 'red') throw unavailable(`the index ${index} is red: a part of it is on no node`);
      }),
    reachable: elastic.reachable,
    close: elastic.close,
    generations,
  };
}

type Ready = <Answer>(work: () => Promise<Answer>) => Promise<Answer>;
const searches = (
  at: { elastic: Elastic; index: string; model: Model | null },
  ready: Ready,
): Pick<SearchIndex, 'search' | 'candidates' | 'counts'> => ({
  search: ({ org_id }, query) => ready(() => searched({ ...at, org_id, query })),
  candidates: ({ org_id }, filters, weighed, limit) => ready(() => candidatesOf({ ...at, org_id, filters, weighed, limit })),
  counts: ({ org_id }, filters, sought) => ready(() => countsOf({ ...at, org_id, filters, sought })),
});

async function servedOutdated({ served, outdated }: IndexGenerations) {
  const name = await served();
  return name !== null && outdated(name);
}

function entriesOf(elastic: Elastic, index: string, { org_id }: Scope, { ids, fields }: { ids: string[]; fields: string[] }) {
  if (ids.length > HEADS) throw new RangeError(`at most ${HEADS} ids`);
  const query = { ids: { values: ids.map((id) => documentId(org_id, id)) } };
  const wanted = { index, query, size: HEADS, sort: 'resource_id', _source: false, docvalue_fields: fields };
  return elastic.call((client) => client.search(wanted));
}

/** The first look: an Elasticsearch that is away, or silent for long, is looked at again by every call. */
async function lookedAt(look: () => Promise<null>, clock: Clock | undefined): Promise<void> {
  const late = () => unavailable('it does not answer yet');
  const looked = clock ? withTimeout({ clock, limit_ms: START_LIMIT_MS, onTimeout: late }, look) : look();
  await looked.catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
  });
}

async function identityOf(elastic: Elastic, index: string): Promise<string> {
  const found = await elastic.call((client) => client.indices.getSettings({ index, flat_settings: true }));
  const named = Object.entries(found).map(([name, { settings }]) => `${name} ${settings?.['index.uuid'] ?? ''}`);
  return named.sort().join(', ');
}

const isUnavailable = (error: unknown): boolean => error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE';
