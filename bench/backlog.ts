/**
 * `npm run bench -- backlog [pictures]`: server mode with a long line (100,000 pictures) before its first step, whose work is empty: the
 * start, what the line costs while nothing is done, the loss of Redis, the return of a provider, and how fast the line is drained.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import knex from 'knex';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { pino } from 'pino';
import { readConfig } from '../app/config.ts';
import { createService } from '../app/create-service.ts';
import { openFacts, openPorts } from '../app/open-ports.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { StepHandlers } from '../runtime/tasks/run-step.ts';
import { StepError } from '../runtime/tasks/step-handler.ts';
import { env } from '../test/servers/env.ts';
import { freshServers } from '../test/servers/places.ts';
import { emptySteps } from '../test/worlds/empty-steps.ts';
import { makeLineIn } from '../test/worlds/long-line.ts';
import { until } from '../test/worlds/wait.ts';

const [pictures = 100_000] = process.argv.slice(2).map(Number);
const REDIS = 4;
const LIMIT_MS = 15 * 60_000;
const REST_MS = 30_000;
const MB = 1_048_576;
const SCOPE = { org_id: 'org' };
const clock = systemClock();
const log = pino({ level: 'silent' });

const { env: variables, drop } = await freshServers(REDIS);
const { TUODI_ELASTICSEARCH_URL: _, ...others } = variables;
const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-backlog-'));
const { config } = readConfig({ ...others, TUODI_DATA_DIR: folder });
const server = new Redis(config.redis_url ?? '');
const sql = await createConnection(env('TUODI_TEST_MYSQL_URL'));

const figure = async (section: string, name: string) =>
  Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await server.info(section))?.[1]);
async function writes(): Promise<{ sql: number; redis: number }> {
  const [rows] = await sql.query<RowDataPacket[]>(
    "SHOW GLOBAL STATUS WHERE Variable_name IN ('Handler_write', 'Handler_update', 'Handler_delete')",
  );
  const changed = await figure('persistence', 'rdb_changes_since_last_save');
  return { sql: rows.reduce((sum, { Value }) => sum + Number(Value), 0), redis: changed };
}
function say(what: string, value: string): void {
  console.log(`| ${what} | ${value} |`);
}
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

let state: 'held' | 'away' | 'open' = 'held';
let letGo = () => {};
const opened = new Promise<void>((resolve) => {
  letGo = resolve;
});
const services: StepHandlers = {
  ...emptySteps,
  async run(run) {
    if (state === 'held') await opened;
    if (state === 'away') throw new StepError({ code: 'PROVIDER_UNAVAILABLE', retryable: true, detail: 'it is away' });
    return emptySteps.run(run);
  },
};

const ports = await openPorts(config, () => 'http://localhost', { clock, log });
const raw = knex({ client: 'mysql2', connection: config.database_url ?? '' });
await makeLineIn(await openFacts(config, { clock, log }), raw, pictures);
console.log(
  `${pictures} pictures before their first step, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}\n\n| | |\n|---|---|`,
);
const service = createService(ports, { config, services }, { clock, log });
const inLine = async () => (await ports.queue.depth('inspect')).waiting >= pictures - 10;
const timed = async (what: string, work: () => Promise<unknown>) => {
  const began = performance.now();
  await work();
  say(what, seconds(performance.now() - began));
};
await timed('start until ready', () => service.start());
await timed('… until all have a task and are in line', () => until('all in line', inLine, LIMIT_MS));
say('memory of the process', `${Math.round(process.memoryUsage.rss() / MB)} MB`);
say('memory of Redis', `${Math.round((await figure('memory', 'used_memory')) / MB)} MB`);

const before = await writes();
await clock.sleep(REST_MS);
const after = await writes();
say(
  `rows of SQL, keys of Redis written in ${seconds(REST_MS)} of waiting`,
  `${after.sql - before.sql}, ${after.redis - before.redis}`,
);

await server.flushdb();
await timed('Redis is emptied, until all are in line again', () => until('all in line again', inLine, LIMIT_MS));

state = 'away';
letGo();
await until('the step is paused', async () => (await ports.queue.depth('inspect')).running === 0, LIMIT_MS);
await clock.sleep(10_000);
state = 'open';
const done = async () => (await ports.facts.resources.counts(SCOPE, {})).by_status.INDEXED ?? 0;
await timed('the provider is back, until the first is INDEXED', () =>
  until('the first', async () => (await done()) > 0, LIMIT_MS),
);
const [at, first] = [performance.now(), await done()];
const part = Math.min(pictures, 10_000);
await until('a part is drained', async () => (await done()) >= part, LIMIT_MS);
say(`drained, of the first ${part}`, `${Math.round(((await done()) - first) / ((performance.now() - at) / 1_000))} a second`);
say('memory of the process', `${Math.round(process.memoryUsage.rss() / MB)} MB`);

await service.stop();
await ports.close();
server.disconnect();
await raw.destroy();
await sql.end();
await drop();
await rm(folder, { recursive: true, force: true });
process.exit(0);
