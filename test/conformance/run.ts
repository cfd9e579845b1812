/**
 * Leads the service along the paths of the machines: `npm run model -- [--only words] [--list] [--seed N] [--walks N] [--report folder] [--servers]`.
 * With --servers on MariaDB, Redis, Elasticsearch and S3, which are started for it.
 * Exits 1 if the service does something else than the model.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freshServers } from '../servers/places.ts';
import { INSTEAD } from './instead.ts';
import { type Path, type Plan, plan } from './plan.ts';
import { writeReport } from './report.ts';
import { type Named, type Result, runAll } from './resource-run.ts';
import { STORIES } from './stories.ts';
import { coverageOf, inLines } from './summary.ts';
import { runTaskStories, taskInWords } from './task-stories.ts';
import { randomWalk, shrink, type Walk } from './walks.ts';
import { nameOf } from './words.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    seed: { type: 'string' },
    walks: { type: 'string', default: '20' },
    length: { type: 'string', default: '30' },
    report: { type: 'string' },
    servers: { type: 'boolean', default: false },
  },
});
/** Number of a Redis database that no test of servers has at the same time. */
const REDIS = 7;
const began = performance.now();
if (values.servers && process.env.TUODI_TEST_MYSQL_URL === undefined) await startServers();
else await runPaths();

/** Runs this script again, with the servers started around it. */
async function startServers(): Promise<void> {
  const [script, servers] = [fileURLToPath(import.meta.url), fileURLToPath(new URL('../servers/run.js', import.meta.url))];
  const args = [servers, '--run', script, '--', ...process.argv.slice(2)];
  const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  process.exitCode = code === 0 ? 0 : 1;
}

async function runPaths(): Promise<void> {
  const planned = plan();
  const paths = values.seed === undefined ? [...STORIES, ...planned.paths.map(named)] : walksFrom(Number(values.seed));
  const chosen = paths.filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));
  if (values.list) for (const { name } of chosen) console.log(name);
  else await runChosen(chosen, planned);
}

async function runChosen(chosen: Named[], planned: Plan): Promise<void> {
  if (chosen.length === 0) throw new Error(`no path is called ${values.only}`);
  const servers = values.servers ? await freshServers(REDIS) : null;
  const suite = servers ? { env: servers.env } : {};
  const results = await runAll(chosen, suite, ({ path, error }) => console.log(`${error ? '✗' : '✓'} ${path.name}`));
  await servers?.drop();
  for (const failed of results.filter(({ error }) => error)) await tellShortest(failed);
  const tasks = values.only === '' && values.seed === undefined && !values.servers ? await runTaskStories() : null;
  const seconds = (performance.now() - began) / 1_000;
  const coverage = coverageOf(results, planned, seconds, tasks ? taskInWords(tasks) : '');
  for (const line of inLines(results, coverage)) console.log(line);
  for (const name of coverage.all.filter((one) => values.only === '' && !planned.reachable.has(one)))
    console.log(`not reachable: ${name}`);
  console.log('\nwhere the test stands in for something:');
  for (const { what, why } of INSTEAD) console.log(`  ${what}: ${why}`);
  if (values.report !== undefined) {
    await mkdir(values.report, { recursive: true });
    console.log(`\n${await writeReport(values.report, { results, coverage, tasks: tasks?.moves.covered ?? null })}`);
  }
  for (const what of [...(tasks?.failed ?? []), ...(tasks?.moves.unknown ?? [])]) console.log(`✗ task: ${what}`);
  const is_task_wrong = tasks !== null && tasks.failed.length + tasks.moves.unknown.length > 0;
  process.exitCode = is_task_wrong || results.some(({ error }) => error) ? 1 : 0;
}

function named(path: Pick<Path, 'described' | 'steps'>): Named {
  return { ...path, name: nameOf(path) };
}

function walksFrom(seed: number): Named[] {
  return Array.from({ length: Number(values.walks) }, (_, n) => {
    const walk = randomWalk(seed + n, Number(values.length));
    return { ...walk, name: `walk ${seed + n}: ${nameOf(walk)}` };
  });
}

/** A walk that fails is shown as the shortest story that still does. */
async function tellShortest({ path }: Result): Promise<void> {
  if (values.seed === undefined) return;
  const fails = async (walk: Walk) => (await runAll([named(walk)])).some(({ error }) => error);
  console.log(`\nthe shortest that still fails: ${nameOf(await shrink(path, fails))}`);
}
