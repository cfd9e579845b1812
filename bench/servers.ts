/**
 * `npm run bench -- servers [floor] [empty] [elasticsearch] [creating]`: server mode on this machine's own servers, beside a floor measured in the same run: a plain script that makes
 * as many commits an item as the service, one at a time in each lane.
 */

import { cpus } from 'node:os';
import { Redis } from 'ioredis';
import Koa from 'koa';
import { createConnection, createPool, type RowDataPacket } from 'mysql2/promise';
import { localKey } from '../app/bootstrap-keys.ts';
import { drawnMachines } from '../app/machines.ts';
import { VERSION } from '../cli/project.ts';
import { HTTP_LIMITS } from '../http/limits.ts';
import { createHttpServer } from '../http/server.ts';
import { createNearness } from '../runtime/search/nearness.ts';
import { env } from '../test/servers/env.ts';
import { freshDatabase } from '../test/servers/places.ts';
import { COSTS_HEAD, closedLoop, costsRow, type Figures, openLoop, row, type ServerCosts, withCosts } from './measure.ts';
import { log, withService } from './served.ts';

const ITEMS = 1_000;
/** Not measured: compilers and caches warm up on them. */
const WARM_UP = 200;
const IN_FLIGHT = [1, 8, 32, 128];
/** Commits of one item: CREATED, UPLOAD_REPORTED, and a result each of inspect, ocr, save, embed and index. */
const COMMITS = 7;
const OPEN_S = 20;

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
      nearness: createNearness({ ...ports, clock }),
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
