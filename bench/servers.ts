/**
 * `npm run bench -- servers [floor] [empty] [elasticsearch] [creating]`: server mode on this machine's own servers, beside a floor measured in the same run: a plain script that makes
 * as many commits an item as the service, one at a time in each lane.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import Koa from 'koa';
import { createConnection, createPool, type RowDataPacket } from 'mysql2/promise';
import { pino } from 'pino';
import { DEFAULT_ORGANISATION, localKey } from '../app/bootstrap-keys.ts';
import { readConfig } from '../app/config.ts';
import { createService } from '../app/create-service.ts';
import { drawnMachines } from '../app/machines.ts';
import { openPorts } from '../app/open-ports.ts';
import { VERSION } from '../cli/project.ts';
import { byStep } from '../contract/step-kinds.ts';
import { HTTP_LIMITS } from '../http/limits.ts';
import { createHttpServer } from '../http/server.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Origin } from '../runtime/resources/engine.ts';
import type { StepHandlers } from '../runtime/tasks/run-step.ts';
import { prepareIndex } from '../services/index/rebuild.ts';
import { runStep } from '../services/steps/table.ts';
import { VECTOR } from '../test/servers/chaos-shape.ts';
import { env } from '../test/servers/env.ts';
import { freshDatabase, freshServers } from '../test/servers/places.ts';
import { emptySteps } from '../test/worlds/empty-steps.ts';
import { COSTS_HEAD, closedLoop, costsRow, type Figures, openLoop, row, type ServerCosts, withCosts } from './measure.ts';

const ITEMS = 1_000;
/** Not measured: compilers and caches warm up on them. */
const WARM_UP = 200;
const IN_FLIGHT = [1, 8, 32, 128];
/** Commits of one item: CREATED, UPLOAD_REPORTED, and a result each of inspect, ocr, save, embed and index. */
const COMMITS = 7;
const REDIS = 3;
const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: DEFAULT_ORGANISATION.org_id };
const OPEN_S = 20;
const log = pino({ level: 'silent' });

/** Counters of the servers, which nobody else uses meanwhile. */
async function openCounters(): Promise<{ read: () => Promise<ServerCosts>; close(): Promise<void> }> {
  const [redis, sql] = [new Redis(env('TUODI_TEST_REDIS_URL')), await createConnection(env('TUODI_TEST_MYSQL_URL'))];
  return {
    async read() {
      const commands = /total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1];
      const [[statements]] = await sql.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'");
      return { redis_commands: Number(commands), sql_statements: Number(statements?.Value) };
    },
    async close() {
      redis.disconnect();
      await sql.end();
    },
  };
}
const counters = await openCounters();
const measured = <F extends Figures>(items: number, work: () => Promise<F>) => withCosts(items, counters.read, work);

async function floor(): Promise<void> {
  const { url, drop } = await freshDatabase();
  const pool = createPool({ uri: url, connectionLimit: Math.max(...IN_FLIGHT) });
  await pool.query('CREATE TABLE items (id BIGINT PRIMARY KEY, seq INT NOT NULL, body LONGTEXT NOT NULL)');
  await pool.query('CREATE TABLE messages (id BIGINT AUTO_INCREMENT PRIMARY KEY, item BIGINT NOT NULL, body LONGTEXT NOT NULL)');
  const body = 'x'.repeat(2_000); // about what an instance takes
  let ids = 0;
  const item = async () => {
    const id = ++ids;
    for (let seq = 0; seq < COMMITS; seq++) {
      const connection = await pool.getConnection();
      await connection.query('START TRANSACTION');
      if (seq === 0) await connection.execute('INSERT INTO items VALUES (?, 0, ?)', [id, body]);
      else await connection.execute('UPDATE items SET seq = ?, body = ? WHERE id = ? AND seq = ?', [seq, body, id, seq - 1]);
      await connection.execute('INSERT INTO messages (item, body) VALUES (?, ?)', [id, '{}']);
      await connection.query('COMMIT');
      connection.release();
    }
  };
  console.log(
    `\nFloor: ${COMMITS} transactions an item (a compare-and-swap and an outbox row each), one at a time in each lane\n${COSTS_HEAD}`,
  );
  for (const in_flight of IN_FLIGHT) {
    await closedLoop(WARM_UP, in_flight, item);
    console.log(costsRow(in_flight, await measured(ITEMS, () => closedLoop(ITEMS, in_flight, item))));
  }
  await pool.end();
  await drop();
}

/** `index`: real where `elasticsearch` is said, else nothing is written. The other steps are empty. */
async function withService(
  elasticsearch: boolean,
  work: (parts: Awaited<ReturnType<typeof started>>) => Promise<void>,
): Promise<void> {
  const { env, drop } = await freshServers(REDIS);
  const { TUODI_ELASTICSEARCH_URL: url = '', ...others } = env;
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-'));
  const given = { ...others, TUODI_DATA_DIR: folder, ...(elasticsearch ? { TUODI_ELASTICSEARCH_URL: url } : {}) };
  const parts = await started(given, elasticsearch);
  try {
    await work(parts);
  } finally {
    await parts.stop();
    await drop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function started(env: Record<string, string>, elasticsearch: boolean) {
  const { config } = readConfig(env);
  const clock = systemClock();
  const world = { clock, log };
  const ports = await openPorts(config, () => 'http://localhost', world);
  if (elasticsearch) await prepareIndex({ ...ports, clock });
  const services: StepHandlers = {
    ...emptySteps,
    async run(run) {
      if (run.kind === 'embed') return { fact_id: run.task_id, model: 'nothing', vector: VECTOR };
      if (run.kind !== 'index' || !elasticsearch) return emptySteps.run(run);
      const { kind, input, ...rest } = run;
      return runStep(kind, input, {
        ...ports,
        ...rest,
        clock,
        limits: {
          max_bytes: 1,
          max_pixels: 1,
          max_pages: 1,
          max_document_pixels: 1,
          decode_time_limit_ms: 1,
          document_time_limit_ms: 1,
          ocr_pixels: 1,
        },
      });
    },
  };
  const service = createService(ports, { config, services, limits: { concurrency: CONCURRENCY } }, world);
  await service.start();
  const never = new AbortController().signal;
  const item = async () => {
    const resource_id = clock.newId();
    const metadata = { title: 'an item', description: null, tags: [], taken_at: null, languages: [], extra: {} };
    const named = { user_id: 'u', batch_id: null, filename: 'f.png', content_type: 'image/png', metadata, described: true };
    await service.engine.create(
      { resource_id, ...SCOPE, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null },
      BY,
    );
    await service.engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
    const rested = await service.engine.waitUntilSettled({ scope: SCOPE, resource_id }, 60_000, never);
    if (rested?.status !== 'INDEXED') throw new Error(`${rested?.status} ${JSON.stringify(rested?.failure)}`);
  };
  const stop = async () => {
    await service.stop();
    await ports.close();
  };
  return { ports, service, clock, item, stop };
}
/** So many runs of a step at once as there may be items: the bench is of what is around the steps. */
const CONCURRENCY = { ...byStep(() => 64), index: 128, purge: 4 };

async function pipeline(elasticsearch: boolean): Promise<void> {
  await withService(elasticsearch, async ({ item }) => {
    console.log(`\nAll steps empty, ${elasticsearch ? 'but the index: Elasticsearch' : 'the index too'}\n${COSTS_HEAD}`);
    for (const in_flight of IN_FLIGHT) {
      await closedLoop(WARM_UP, in_flight, item);
      const items = in_flight === 1 ? ITEMS / 4 : ITEMS;
      console.log(costsRow(in_flight, await measured(items, () => closedLoop(items, in_flight, item))));
    }
    const items = 20 * OPEN_S;
    console.log(costsRow('open loop, 20/s', await measured(items, () => openLoop(items, 20, item))));
  });
}

/** POST /v1/resources, beside a bare Koa with one transaction of two inserts. */
async function creating(): Promise<void> {
  await withService(false, async ({ ports, service, clock }) => {
    const local = await localKey(ports.facts, clock, 'bench');
    const server = createHttpServer({
      machines: drawnMachines,
      ...{
        ...ports,
        engine: service.engine,
        runs: service.operator_runs,
        report: service.health,
        feed: service.feed,
        clock,
        log,
        version: VERSION,
        cors_origins: [],
      },
      links: { sign: () => 'x', verify: () => null, store: null },
      explain: async () => null,
      pauses: service.pauses,
      turnedPreview: async () => null,
      callbacks: null,
      limits: HTTP_LIMITS,
      rates: null, // 200 a second of one key are twice what it may
      required_metadata: [],
      public_url: () => 'http://localhost',
      readiness: () => ({ ready: true, checks: {} }),
    });
    const { port } = await server.listen('127.0.0.1', 0);
    const body = JSON.stringify({ filename: 'f.png', content_type: 'image/png', byte_size: 1, metadata: { title: 'an item' } });
    const headers = { authorization: `Bearer ${local.text}`, 'content-type': 'application/json' };
    const post = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/resources`, { method: 'POST', headers, body });
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    };
    console.log(
      '\nPOST /v1/resources, open loop at 200 a second (client in the same process; rate limits are lifted)\n| | items/s | p50 ms | p99 ms | CPU ms an item |\n|---|---|---|---|---|',
    );
    await openLoop(200 * 3, 200, post);
    console.log(row('tuodi', await openLoop(200 * OPEN_S, 200, post)));
    await server.stop(1_000);
  });
  await bareKoa();
}

async function bareKoa(): Promise<void> {
  const { url, drop } = await freshDatabase();
  const pool = createPool({ uri: url, connectionLimit: 8 });
  for (const name of ['a', 'b'])
    await pool.query(`CREATE TABLE ${name} (id BIGINT AUTO_INCREMENT PRIMARY KEY, body LONGTEXT NOT NULL)`);
  const app = new Koa();
  app.use(async (ctx) => {
    const connection = await pool.getConnection();
    await connection.query('START TRANSACTION');
    for (const name of ['a', 'b']) await connection.execute(`INSERT INTO ${name} (body) VALUES (?)`, ['x'.repeat(1_000)]);
    await connection.query('COMMIT');
    connection.release();
    ctx.status = 201;
    ctx.body = { ok: true };
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const post = async () => void (await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' })).arrayBuffer());
  await openLoop(200 * 3, 200, post);
  console.log(row('bare Koa, one transaction', await openLoop(200 * OPEN_S, 200, post)));
  server.close();
  await pool.end();
  await drop();
}

console.log(
  `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}`,
);
const wanted = process.argv.slice(2);
const parts = { floor, empty: () => pipeline(false), elasticsearch: () => pipeline(true), creating };
for (const [name, part] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) await part();
await counters.close();
process.exit(0);
