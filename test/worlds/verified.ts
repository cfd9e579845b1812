/** A library with everything real but the recogniser, and runs of `verify` over it whose clock and whose end a test holds. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Knex } from 'knex';
import { EMBED_JOB } from '../../app/embed-lacking.ts';
import type { OpenedPorts, Ports } from '../../app/open-ports.ts';
import type { RunProgress } from '../../machines/run.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { RUNTIME_LIMITS, type RuntimeLimits } from '../../runtime/limits.ts';
import type { NewFinding, Suspect } from '../../runtime/ports/runs.ts';
import type { Progress } from '../../runtime/runs/run-work.ts';
import { resourceLifecycle } from '../../services/lifecycles.ts';
import { verifyWork } from '../../services/verify/verify.ts';
import { openWorld, restIn, SCOPE, say, serviceOf, takeIn, world } from '../faults/world.ts';
import { numberReader } from './numbered.ts';
import { until } from './wait.ts';

/** A busy machine with real servers on it indexes one a second. */
const REST_LIMIT_MS = 120_000;
const HOUR_MS = 60 * 60_000;
/** Below the ten minutes that a turn may be held, by the clock of any server: one that is held longer counts as free. */
const TURN_MS = 9 * 60_000;

/** The reading of this one never ends. */
export const HANGS = 99;

export type Kept = {
  place: unknown;
  done: number;
  counts: Record<string, number>;
  findings: NewFinding[];
  suspects: Map<string, Suspect>;
};
export const NOTHING_KEPT = (): Kept => ({ place: null, done: 0, counts: {}, findings: [], suspects: new Map() });

/** No process that a run was in goes on after it. */
export class Killed extends Error {}

type Asked = {
  heal?: boolean;
  installation?: boolean;
  kept?: Kept;
  limits?: Partial<RuntimeLimits>;
  clock?: Clock;
  killed_at?: number;
  saved?: (progress: Progress) => unknown;
};

export const verifier = (ports: Pick<Ports, 'facts' | 'index' | 'objects'>, engine: ReturnType<typeof serviceOf>['engine']) =>
  async function verify({ heal = false, installation = false, kept = NOTHING_KEPT(), ...asked }: Asked = {}): Promise<Kept> {
    const { facts } = ports;
    const suspects = async () => [...kept.suspects.values()].sort((a, b) => (a.suspect_id < b.suspect_id ? -1 : 1));
    const limits = {
      ...RUNTIME_LIMITS,
      verify_second_look_ms: 0,
      verify_checksum_every: 1,
      index_heal_look_ms: 5,
      ...asked.limits,
    };
    const clock = asked.clock ?? {
      ...world.clock,
      sleep: (ms: number, signal?: AbortSignal) => world.clock.sleep(Math.min(ms, 5), signal),
    };
    const parts = {
      ...ports,
      facts: { ...facts, runs: { ...facts.runs, suspects } },
      engine,
      clock,
      limits,
      lifecycle: resourceLifecycle(),
    };
    let saves = 0;
    await verifyWork(parts)({
      run: {
        run_id: 'run',
        ...SCOPE,
        installation,
        kind: 'verify',
        status: 'running',
        created_by: { kind: 'key', id: 'k' },
        findings: 0,
        created_at: 0,
        updated_at: 0,
      },
      state: {
        params: { heal, step: null, code: null, limit: null },
        place: (kept.place as RunProgress['place']) ?? null,
        done: kept.done,
        total: null,
        counts: kept.counts,
      },
      signal: new AbortController().signal,
      async save(progress) {
        saves += 1;
        if (saves === asked.killed_at) throw new Killed();
        const {
          findings = [],
          suspects: more = [],
          cleared = [],
          place = kept.place,
          done = kept.done,
          counts = kept.counts,
        } = progress;
        Object.assign(kept, { place, done, counts });
        kept.findings.push(...findings);
        for (const one of more) kept.suspects.set(one.suspect_id, one);
        for (const id of cleared) kept.suspects.delete(id);
        await asked.saved?.(progress);
      },
    });
    return kept;
  };

/** What a library is in, and the hand that damages it without our adapters. */
export type Place = {
  opened: OpenedPorts;
  knex: Knex;
  /** Absent where the bytes are elsewhere. */
  folder?: string;
  removeObject(key: string): Promise<unknown>;
  overwriteObject(key: string, bytes: Buffer): Promise<unknown>;
  /** Once all is closed. */
  drop(): Promise<unknown>;
};

export async function inFolder(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-verify-'));
  const fileOf = (key: string) => path.join(folder, 'objects', key);
  return {
    ...{ folder, opened: await openWorld(folder), knex: sqliteKnex(path.join(folder, 'facts.sqlite')) },
    removeObject: (key) => rm(fileOf(key)),
    overwriteObject: (key, bytes) => writeFile(fileOf(key), bytes),
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `given`: other limits of the service. */
export async function verifiedWorld(numbers: number, given: Partial<RuntimeLimits> = {}, place = inFolder) {
  const { opened, knex, folder = '', drop, ...hand } = await place();
  const never = new Promise<void>(() => {});
  const ports: Ports = { ...opened, recogniser: numberReader((number) => (number === HANGS ? never : Promise.resolve())) };
  // The watch of the index would mend what is planted.
  const limits = { sweep_interval_ms: 20, index_look_ms: HOUR_MS, prune_interval_ms: HOUR_MS, run_look_ms: 20, ...given };
  const { facts, objects, index } = ports;
  // So would the run that embeds what lacks vectors: its turn is somebody else's.
  const now = world.clock.now();
  await facts.chores.take(EMBED_JOB, { owner: 'a test', now, until: now + TURN_MS });
  const held = await facts.chores.take(EMBED_JOB, { owner: 'another', now, until: now + TURN_MS });
  if (held !== 'taken') throw new Error('the turn of the run that embeds is not held');
  let service = serviceOf(ports, { limits, resource_limits: {} });
  await service.start();
  const ids: string[] = [];
  for (let number = 1; number <= numbers; number++) {
    const id = await takeIn(service.engine, ports, number);
    await say(service.engine, id, 'UPLOAD_REPORTED');
    ids.push(id);
  }
  await restIn(ports, ids, ['INDEXED'], REST_LIMIT_MS);
  await service.audited;
  const inStatus = (id: string, status: string) =>
    until(`${id} is ${status}`, async () => {
      const row = await facts.resources.get(SCOPE, id);
      return row?.status === status ? row : null;
    });
  return {
    ...{ folder, ports, service, facts, objects, index, knex, ids, inStatus, ...hand },
    engine: service.engine,
    verify: verifier(ports, service.engine),
    /** Its process stops, and another one begins. */
    async again() {
      await service.stop();
      service = serviceOf(ports, { limits, resource_limits: {} });
      await service.start();
      return service;
    },
    /** All rows, entries and objects, each by its name: those of runs and of upkeep aside. */
    async dump(): Promise<Map<string, string>> {
      const all = new Map<string, string>();
      for (const [table, keys] of Object.entries(TABLES)) {
        if (!(await knex.schema.hasTable(table))) continue; // counts are kept on SQLite alone
        for (const row of await knex(table).select().modify(counting(table)))
          all.set(`${table} ${keys.map((key) => row[key]).join(' ')}`, JSON.stringify({ ...row, position: null })); // a relay numbers messages when it comes
      }
      for (const head of await index.scan(null, 10_000)) {
        const [content] = await index.contents({ org_id: head.org_id }, [head.resource_id]);
        all.set(`entry ${head.org_id} ${head.resource_id}`, JSON.stringify(content));
      }
      for (const { key, byte_size } of await objects.page('', null, 10_000)) {
        const hash = createHash('sha256');
        for await (const chunk of (await objects.read(key)) ?? []) hash.update(chunk);
        all.set(`object ${key}`, `${byte_size} ${hash.digest('hex')}`);
      }
      return all;
    },
    async stop(): Promise<void> {
      await service.stop();
      await knex.destroy();
      await opened.close();
      await drop();
    },
  };
}
/** Finding, subject and outcome of each. */
export const briefly = (findings: NewFinding[]) => findings.map(({ finding, subject, outcome }) => [finding, subject, outcome]);
/** Names of what differs between two dumps, less those of one picture. */
export function differing(one: Map<string, string>, other: Map<string, string>, but_of = 'nobody'): string[] {
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names].filter((name) => one.get(name) !== other.get(name) && !name.includes(but_of)).sort();
}
export type VerifiedWorld = Awaited<ReturnType<typeof verifiedWorld>>;

/** A group that has lost its last picture stays, with 0. */
const counting = (table: string) => (query: Knex.QueryBuilder) =>
  void (table === 'resource_counts' && query.where('count', '>', 0));

const TABLES = {
  instances: ['instance_id'],
  resources: ['resource_id'],
  metadata: ['resource_id'],
  metadata_tags: ['resource_id', 'tag'],
  recognitions: ['recognition_id'],
  corrections: ['correction_id'],
  texts: ['text_id'],
  embeddings: ['embedding_id'],
  journal: ['instance_id', 'seq'],
  outbox: ['message_id'],
  remarks: ['resource_id', 'position'],
  resource_counts: ['org_id', 'status', 'phase'],
};
