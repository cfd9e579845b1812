/**
 * `npm run bench -- search [texts] [folder]`: searches among 100,000 generated texts by a service without an embedder, over HTTP, each kind
 * of question with its 20 hits, their passages and boxes, while somebody looks at the newest pictures: time, processor time, how late the
 * event loop is, memory, and what the index takes. A folder is filled the first time and used again.
 */
import { mkdtemp, readFile, rm, stat, unlink } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../cli/project.ts';
import type { SearchAnswer } from '../contract/search.ts';
import { until } from '../test/worlds/wait.ts';
import { fill } from './search-fill.ts';
import { kindsOfQuestion } from './search-kinds.ts';
import { at, ORG, print, rounded } from './search-texts.ts';
import { addKeys, type Serving, serving } from './serving.ts';

const TEXTS = Number(process.argv[2] ?? 100_000);
const given = process.argv[3] ?? null;
/** Somebody looks at the newest pictures while others search. */
const LOOK_EVERY_MS = 25;
const LOOP_DELAY = new URL('./loop-delay.js', import.meta.url).href;
const NO_LIMITS = { TUODI_RATE_LIMITS: 'false' };

type Loop = { p99: number; max: number };
/** How late the loop of the service was since the last time. */
async function loopOf({ pid }: Serving, file: string): Promise<Loop> {
  await unlink(file).catch(() => {});
  process.kill(pid, 'SIGUSR2');
  const written = async () => readFile(file, 'utf8').then(JSON.parse, () => null);
  await until('the loop has told', async () => (await written()) !== null);
  return written();
}

const residentMb = async ({ pid }: Serving): Promise<number> =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_000);

async function ask({ url }: Serving, key: string, route: string): Promise<SearchAnswer> {
  const answer = await fetch(url + route, { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as SearchAnswer; // our own answer
}
const searched = (service: Serving, key: string, typed: string, facets: boolean) =>
  ask(service, key, `/v1/search?${new URLSearchParams({ q: typed, ...(facets ? { facets: 'tag,year' } : {}) })}`);

/** The others' requests, until told to stop. */
async function looking(service: Serving, key: string, stop: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!stop.aborted) {
    const began = performance.now();
    await ask(service, key, '/v1/resources?limit=20');
    took.push(performance.now() - began);
    await sleep(LOOK_EVERY_MS);
  }
  return took.sort((a, b) => a - b);
}

/** cpu: of all threads of the service, a search; the lists of others among it. */
const HEAD =
  '| typed | found | below | p50 | p99 | with facets p50 | p99 | cpu | loop p99 | max |\n|---|---|---|---|---|---|---|---|---|---|';
async function table(service: Serving, key: string, loop_file: string): Promise<void> {
  console.log(HEAD);
  const all: [number[], number[]] = [[], []];
  const loops: Loop[] = [];
  let cpu_ms = 0;
  for (const { kind, typed } of kindsOfQuestion()) {
    const took: [number[], number[]] = [[], []];
    const found: number[] = [];
    const below: number[] = [];
    await loopOf(service, loop_file);
    const before = await service.cpuMs();
    for (const one of typed)
      for (const way of [0, 1] as const) {
        const began = performance.now();
        const { totals } = await searched(service, key, one, way === 1);
        took[way].push(performance.now() - began);
        if (way === 1) continue;
        found.push(totals.exact ?? 0);
        below.push((totals.alike ?? 0) + (totals.some ?? 0));
      }
    const cpu = (await service.cpuMs()) - before;
    const loop = await loopOf(service, loop_file);
    cpu_ms += cpu;
    loops.push(loop);
    for (const way of [0, 1] as const) all[way].push(...took[way]);
    console.log(line([kind, middle(found), middle(below)], took, cpu / typed.length / 2, loop));
  }
  const loop = { p99: Math.max(...loops.map(({ p99 }) => p99)), max: Math.max(...loops.map(({ max }) => max)) };
  console.log(line(['**all of them**', '', ''], all, cpu_ms / (all[0].length + all[1].length), loop));
}
const sorted = (list: number[]): number[] => list.toSorted((a, b) => a - b);
const middle = (list: number[]): number => at(sorted(list), 0.5);
const line = (first: (string | number)[], took: number[][], cpu: number, { p99, max }: Loop): string => {
  const times = took.flatMap((some) => [at(sorted(some), 0.5), at(sorted(some), 0.99)]);
  return `| ${[...first, ...times, rounded(cpu), rounded(p99), rounded(max)].join(' | ')} |`;
};

const date = new Date().toISOString().slice(0, 10);
console.log(`tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${date}, ${TEXTS} texts\n`);
const folder = given ?? (await mkdtemp(join(tmpdir(), 'tuodi-bench-')));
const loop_file = join(folder, 'loop-delay.json');
try {
  if (!(await stat(join(folder, 'search.sqlite')).catch(() => null))) await fill(folder, TEXTS);
  const profile = process.env['CPU_PROFILES'];
  const node = ['--import', LOOP_DELAY, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])];
  const service = await serving({ ...NO_LIMITS, LOOP_DELAY_FILE: loop_file }, node, folder);
  try {
    const { bench: key = '' } = await addKeys(service, ORG, ['bench']);
    print({ measured: 'resident after the start', mb: await residentMb(service) });
    for (const { typed } of kindsOfQuestion()) await searched(service, key, typed[0] ?? '', true); // to warm up
    const stop = new AbortController();
    const others = looking(service, key, stop.signal);
    console.log(`\n\`GET /v1/search\`, 20 hits, while others list pictures (ms; load ${loadavg()[0]?.toFixed(1)})`);
    await table(service, key, loop_file);
    stop.abort();
    const took = await others;
    print({ measured: 'lists of others meanwhile', requests: took.length, p50_ms: at(took, 0.5), p99_ms: at(took, 0.99) });
    print({ measured: 'resident after all', mb: await residentMb(service), load: rounded(loadavg()[0] ?? 0) });
  } finally {
    await service.stop();
  }
} finally {
  if (given === null) await rm(folder, { recursive: true, force: true });
}
