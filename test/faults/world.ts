/** A data folder with everything real but the recogniser, which reads numbers, and the embedder, which goes by letters; and what must be true of it in the end. */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { readConfig } from '../../app/config.ts';
import { createService, type ServiceOptions } from '../../app/create-service.ts';
import { type OpenedPorts, openPorts, type Ports, type World } from '../../app/open-ports.ts';
import type { Status } from '../../contract/statuses.ts';
import { byStep } from '../../contract/step-kinds.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { Engine, Origin } from '../../runtime/resources/engine.ts';
import { parseQuery } from '../../text/query.ts';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';
import { numberReader, pictureOf, wordOf } from '../worlds/numbered.ts';
import { createWithBytes } from '../worlds/take-in.ts';
import { until } from '../worlds/wait.ts';

export const SCOPE = { org_id: 'org' };
/** Told to the engine by this test. */
export const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
export const world: World = {
  clock: systemClock(),
  log: pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2)),
};
/** The store is looked at soon, should nobody report an upload; the sweep comes often, and what a dead one had claimed is soon anybody's; few steps at once, so that many wait. */
export const OPTIONS = {
  limits: { sweep_interval_ms: 50, claim_ms: 3_000, concurrency: { ...byStep(() => 2), index: 4 } },
  resource_limits: { link_expiry_ms: 1_000 },
} satisfies Partial<ServiceOptions>;

export async function openWorld(folder: string, public_url = () => 'http://localhost'): Promise<OpenedPorts> {
  const { config } = readConfig({ TUODI_DATA_DIR: folder, TUODI_OCR_WORKERS: '1' });
  return { ...(await openPorts(config, public_url, world)), recogniser: numberReader(), embedder: hashedNgrams() };
}

export function serviceOf(ports: Ports, options: Partial<ServiceOptions> = {}) {
  const { config } = readConfig({ TUODI_OCR_WORKERS: '4' });
  return createService(ports, { config, ...OPTIONS, ...options }, world);
}

/** The bytes first, then the resource. Its picture is its number. */
export async function takeIn(engine: Engine, { objects }: Ports, number: number): Promise<string> {
  const named = { filename: `${number}.png`, title: `picture ${number}` };
  return createWithBytes({ engine, objects, clock: world.clock, scope: SCOPE }, { bytes: await pictureOf(number), ...named });
}
export const say = (engine: Engine, resource_id: string, type: string) =>
  engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type } }), BY);

export const all = ({ facts }: Ports): Promise<ResourceRow[]> =>
  facts.resources.list(SCOPE, {}, { sort: '-created_at', after: null, limit: 200 });

/** All of them at rest in one of these statuses, within a limit: none lost, none stuck, none failed. */
export async function restIn(
  ports: Ports,
  acknowledged: string[],
  statuses: Status[],
  limit_ms = 90_000, // one that is stuck stays so: the limit is above what it takes beside other work
): Promise<ResourceRow[]> {
  const rows = await until(
    `all in ${statuses.join(' or ')}`,
    async () => {
      const now = await all(ports);
      return now.every(({ status, rests }) => rests && statuses.includes(status)) && now;
    },
    limit_ms,
  ).catch(async (error: unknown) => {
    const seen = (await all(ports)).map(
      ({ status, failure }) => `${status}${failure ? ` ${failure.code} ${failure.detail}` : ''}`,
    );
    throw new Error(`stuck: ${[...new Set(seen)].join(', ')}`, { cause: error });
  });
  const there = new Set(rows.map(({ resource_id }) => resource_id));
  assert.deepEqual(
    acknowledged.filter((id) => !there.has(id)),
    [],
    'lost',
  );
  return rows;
}

/** One INDEXED a revision in the journal, one entry in the index at that revision, and found by its word. */
export async function assertWhole({ facts, index, objects }: Ports, rows: ResourceRow[]): Promise<void> {
  const heads = new Map((await index.scan(null, 1_000)).map((head) => [head.resource_id, head]));
  for (const { resource_id, status, indexed_revision, filename } of rows) {
    const journal = await facts.journal.list(SCOPE, resource_id, { after: null, limit: 200 });
    const indexed = journal.filter(({ to, from }) => to === 'INDEXED' && from !== 'INDEXED').map(({ revision }) => revision);
    assert.equal(new Set(indexed).size, indexed.length, `${filename} became INDEXED twice at a revision`);
    const head = heads.get(resource_id);
    const found = await search({ index }, wordOf(Number.parseInt(filename, 10)));
    if (status === 'INDEXED') {
      assert.deepEqual([head?.revision, head?.deleted], [indexed_revision, false], `the entry of ${filename}`);
      assert.deepEqual(found, [resource_id], `${filename} is found by its word`);
    } else {
      assert.ok(!head || head.deleted, `${filename} is ${status}, but has an entry`);
      assert.deepEqual(found, []);
      assert.deepEqual(
        await objects.list(`${SCOPE.org_id}/${resource_id}/`, 10),
        [],
        `${filename} is ${status}, but its bytes are there`,
      );
    }
  }
}

export async function search({ index }: Pick<Ports, 'index'>, text: string): Promise<string[]> {
  const query = parseQuery(text);
  const { hits } = await index.search(SCOPE, {
    query,
    mode: 'text',
    vector: null,
    sort: 'relevance',
    facets: [],
    after: null,
    except: [],
    limit: 20,
  });
  return hits.map(({ resource_id }) => resource_id);
}
