/**
 * Every real server that tuodi knows, and the tests against them: `node dist/test/servers/run.js [--s3 s3proxy|rgw] [names…]`.
 * 1. Installs what is missing, and says what and why.  2. Starts all servers at once, on free ports, in one temporary folder.
 * 3. Runs every *.test.js under dist/test/servers, or those whose name contains one of the names.  4. Stops the servers, by their pids.
 * With --stay it runs no test, prints the variables and stays until it is told to end: for working on one test. With --bench it runs
 * the bench of server mode instead, with --chaos the run of faults in test/chaos, with --run any compiled script and what follows `--`.
 */
import { spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { preloadEverywhere } from '../worlds/preload-everywhere.ts';
import { startMariadb, startRedis } from './start/databases.ts';
import { startElasticsearch } from './start/elasticsearch.ts';
import { findJdk } from './start/java.ts';
import { type Server, stopAll } from './start/process.ts';
import { installMissing, NEEDS } from './start/programs.ts';
import { startRgw } from './start/rgw.ts';
import { S3_ACCESS_KEY, S3_SECRET_KEY, startS3proxy } from './start/s3.ts';

const BENCH = fileURLToPath(new URL('../../bench/servers.js', import.meta.url));
const CHAOS = fileURLToPath(new URL('../chaos/run.js', import.meta.url));
const FILES_AT_ONCE = 2;
/** Take minutes each, and run when they are named: `npm run suite -- operations`. */
const APART = ['alerts-servers.test.js', 'drill.test.js'];
/** Time limit of one file. */
const FILE_LIMIT_MS = 8 * 60_000;

/** The SDK of S3 would say once a process that its later versions want a later Node. */
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

const say = (line: string): void => console.log(line);
const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    s3: { type: 'string', default: 's3proxy' },
    stay: { type: 'boolean', default: false },
    bench: { type: 'boolean', default: false },
    chaos: { type: 'boolean', default: false },
    run: { type: 'string' },
    seconds: { type: 'string' },
    resources: { type: 'string' },
    waiting: { type: 'string' },
    seed: { type: 'string' },
    settle: { type: 'string' },
  },
});
if (values.s3 !== 's3proxy' && values.s3 !== 'rgw') throw new Error(`--s3 is s3proxy or rgw, not ${values.s3}`);

const files = values.run === undefined && !values.bench ? testsNamed(positionals) : [];
const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-servers-'));
const asked = new AbortController();
setMaxListeners(0, asked.signal); // one a file
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(name, async () => {
    process.exitCode = code;
    asked.abort();
    await end();
    process.exit();
  });

try {
  Object.assign(process.env, await startAll(values.s3), QUIET);
  if (values.stay) await untilAsked();
  else if (values.bench) await runScript(BENCH, positionals);
  else if (values.chaos) await runScript(CHAOS, chaosArgs());
  else if (values.run !== undefined) await runScript(path.resolve(values.run), positionals);
  else await runTests();
} finally {
  await end();
}

async function end(): Promise<void> {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}

/** Returns the variables by which the tests find the servers. If one does not start, all that started are stopped by `end`. */
async function startAll(s3: 's3proxy' | 'rgw'): Promise<Record<string, string>> {
  const since = performance.now();
  const needs = [NEEDS.mariadb, NEEDS.redis, NEEDS.maven, NEEDS.promtool, ...(s3 === 'rgw' ? [NEEDS.rgw] : [])];
  await installMissing(needs, folder, say);
  const jdk = await findJdk(folder, say);
  const [mysql, redis, elasticsearch, store] = await Promise.all([
    timed(startMariadb(folderOf('mariadb'))),
    timed(startRedis(folderOf('redis'))),
    timed(startElasticsearch(folderOf('elasticsearch'), jdk, say)),
    timed(s3 === 'rgw' ? startRgw(folderOf('rgw')) : startS3proxy(folderOf('s3proxy'), jdk, say)),
  ]);
  say(`all servers run after ${seconds(since)}\n`);
  return {
    TUODI_TEST_MYSQL_URL: mysql.url,
    TUODI_TEST_REDIS_URL: redis.url,
    TUODI_TEST_ELASTICSEARCH_URL: elasticsearch.url,
    TUODI_TEST_S3_ENDPOINT: store.url,
    TUODI_TEST_S3_ACCESS_KEY: S3_ACCESS_KEY,
    TUODI_TEST_S3_SECRET_KEY: S3_SECRET_KEY,
  };
}

function folderOf(name: string): string {
  const own = path.join(folder, name);
  mkdirSync(own);
  return own;
}

async function timed(starting: Promise<Server>): Promise<Server> {
  const since = performance.now();
  const server = await starting;
  say(`${server.product} ${server.version} on port ${server.port}, ready after ${seconds(since)}`);
  return server;
}

function testsNamed(names: string[]): string[] {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const found = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => existsSync(path.resolve(here, '../../../test/servers', file.replace(/\.js$/, '.ts')))) // its source is still there
    .filter((file) => (names.length === 0 ? !APART.includes(file) : names.some((name) => file.includes(name))))
    .sort();
  if (found.length === 0) throw new Error(`no test in test/servers is called ${names.join(' or ')}`);
  return found.map((file) => path.join(here, file));
}

/** Ends with the runner's own closing lines; a test that fails fails the run. */
async function runTests(): Promise<void> {
  preloadEverywhere();
  const tests = run({ files, concurrency: FILES_AT_ONCE, timeout: FILE_LIMIT_MS, signal: asked.signal });
  tests.on('test:fail', () => {
    process.exitCode = 1;
  });
  const report = tests.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
}

/** A process of its own, so that the figures of CPU time are of the service. */
async function runScript(script: string, args: string[]): Promise<void> {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit', signal: asked.signal });
  const [code]: unknown[] = await once(child, 'exit');
  process.exitCode = code === 0 ? 0 : 1;
}

/** The numbers of a run of faults, as they were given. */
function chaosArgs(): string[] {
  const { seconds, resources, waiting, seed, settle } = values;
  return Object.entries({ seconds, resources, waiting, seed, settle }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}

async function untilAsked(): Promise<void> {
  for (const [name, value] of Object.entries(process.env))
    if (name.startsWith('TUODI_TEST_') && name !== 'TUODI_TEST_CACHE') say(`export ${name}=${value}`);
  say('\nThey run until Ctrl-C.');
  const alive = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => asked.signal.addEventListener('abort', resolve));
  clearInterval(alive);
}
