/** The composed service, embedded but for its tasks and queue, which are on a Redis of its own; OCR is held until it is let go. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceOptions } from '../../app/create-service.ts';
import type { Ports } from '../../app/open-ports.ts';
import type { Status } from '../../contract/statuses.ts';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import { openRedisPorts, type RedisPorts } from '../../persistence/redis/open.ts';
import type { Recogniser } from '../../runtime/ports/providers.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { assertWhole, OPTIONS, openWorld, SCOPE, say, serviceOf, takeIn, world } from '../faults/world.ts';
import { until } from '../worlds/wait.ts';
import { type OwnRedis, ownRedis } from './own-redis.ts';

export const OCR_AT_ONCE = 4;
/** A busy machine inspects a few a second. */
const BACKLOG_LIMIT_MS = 60_000;
const LIMITS = { ...OPTIONS.limits, concurrency: { ...OPTIONS.limits.concurrency, inspect: 4, ocr: OCR_AT_ONCE } };

export type FaultWorld = {
  server: OwnRedis;
  redis: RedisPorts;
  ports: Ports;
  service: ReturnType<typeof serviceOf>;
  /** Takes so many pictures in; their numbers go on from the last ones. */
  takeIn(count: number): Promise<void>;
  /** Resolves when so many wait for OCR and as many as may are under way, and asserts it: without a backlog nothing is shown. */
  backlog(least: number): Promise<void>;
  /** OCR goes on, for those held and all to come. */
  letGo(): void;
  beginOcr(): void;
  /** How many reads were begun. */
  begun(): number;
  count(status: Status): Promise<number>;
  /** All INDEXED within the limit, one entry each, found by their words. Returns how long it took, in ms. */
  allIndexed(count: number, limit_ms: number): Promise<number>;
  close(): Promise<void>;
};

/** of_others: OCR is left to other processes until `beginOcr` is called. */
export async function openFaultWorld(options: Partial<ServiceOptions> = {}, of_others = false): Promise<FaultWorld> {
  const server = await ownRedis();
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-redis-world-'));
  const plain = await openWorld(folder);
  const redis = await openRedisPorts({ url: server.url, ...world });
  const { recogniser, letGo, begun } = held(plain.recogniser);
  const { queue, beginOcr } = later(redis.queue, of_others);
  const ports: Ports = { ...plain, recogniser, tasks: redis.tasks, queue };
  const service = serviceOf(ports, { limits: LIMITS, ...options });
  await service.start();
  let taken = 0;
  const count = async (status: Status) => (await ports.facts.resources.counts(SCOPE, {})).by_status[status] ?? 0;
  async function stuck(cause: unknown): Promise<never> {
    const { by_status } = await ports.facts.resources.counts(SCOPE, {});
    const tasks = (await redis.tasks.list({ limit: 1_000 })).map(({ kind, status }) => `${kind} ${status}`);
    const counted = Object.fromEntries([...new Set(tasks)].map((name) => [name, tasks.filter((one) => one === name).length]));
    const depths = await Promise.all(STEP_KINDS.map(async (kind) => [kind, await redis.queue.depth(kind)]));
    throw new Error(`stuck: ${JSON.stringify([by_status, counted, Object.fromEntries(depths)])}`, { cause });
  }
  return {
    ...{ server, redis, ports, service, letGo, begun, beginOcr, count },
    async takeIn(more) {
      const numbers = Array.from({ length: more }, () => taken++).values();
      const lane = async () => {
        for (const number of numbers) {
          const resource_id = await takeIn(service.engine, ports, number);
          await say(service.engine, resource_id, 'UPLOAD_REPORTED');
        }
      };
      await Promise.all(Array.from({ length: 8 }, lane));
    },
    async backlog(least) {
      const waits = async () => (await redis.queue.depth('ocr')).waiting >= least && begun() >= OCR_AT_ONCE;
      await until('a backlog', waits, BACKLOG_LIMIT_MS).catch((error: unknown) => stuck(error));
      const running = await redis.tasks.list({ kind: 'ocr', status: 'running', limit: 10 });
      assert.equal(running.length, OCR_AT_ONCE, 'some run');
    },
    async allIndexed(all, limit_ms) {
      const began = performance.now();
      await until(`${all} INDEXED`, async () => (await count('INDEXED')) === all, limit_ms).catch((error: unknown) =>
        stuck(error),
      );
      const took = performance.now() - began;
      const rows = await allRows(ports);
      assert.equal(rows.length, all);
      assert.equal((await ports.index.scan(null, 1_000)).length, all, 'one entry each');
      await assertWhole(ports, rows);
      return Math.round(took);
    },
    async close() {
      letGo();
      await service.stop();
      await redis.close();
      await plain.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function allRows({ facts }: Ports): Promise<ResourceRow[]> {
  const rows: ResourceRow[] = [];
  for (;;) {
    const last = rows.at(-1);
    const after = last ? { key: last.created_at, resource_id: last.resource_id } : null;
    const page = await facts.resources.list(SCOPE, {}, { sort: '-created_at', after, limit: 200 });
    rows.push(...page);
    if (page.length < 200) return rows;
  }
}

/** The same queue; OCR is consumed at once, or when it is said. */
function later(queue: Queue, wait: boolean): { queue: Queue; beginOcr(): void } {
  let beginOcr = () => {};
  const consume: Queue['consume'] = (kind, concurrency, handle) => {
    const begin = () => queue.consume(kind, concurrency, handle);
    if (wait && kind === 'ocr') beginOcr = begin;
    else begin();
  };
  return { queue: { ...queue, consume }, beginOcr: () => beginOcr() };
}

function held(inner: Recogniser) {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let reads = 0;
  const recogniser: Recogniser = {
    ...inner,
    async recognise(...read) {
      reads++;
      await gate;
      return inner.recognise(...read);
    },
  };
  return { recogniser, letGo: () => letGo(), begun: () => reads };
}
