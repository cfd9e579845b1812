/** `npm run bench`: how fast the embedded service is on this machine. Every figure comes from one run, so that they can be compared. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../app/config.ts';
import { createService } from '../app/create-service.ts';
import { openPorts } from '../app/open-ports.ts';
import { SAMPLES, VERSION } from '../cli/project.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { Recogniser } from '../runtime/ports/providers.ts';
import type { StepHandlers } from '../runtime/tasks/run-step.ts';
import { emptySteps, emptyWithoutVectors, nothing } from '../test/worlds/empty-steps.ts';
import { heapInUse } from '../test/worlds/heap.ts';
import { largeSteps } from '../test/worlds/large-steps.ts';
import { pictureOf } from '../test/worlds/numbered.ts';
import { takeInBytes } from '../test/worlds/take-in.ts';
import { closedLoop, HEAD, row } from './measure.ts';

const ITEMS = 500;
/** Not measured: the engine's compiler and the caches warm up on them. */
const WARM_UP = 100;
const IN_FLIGHT = [1, 8, 32];
const PAGES = 8;
/** Fill what the service keeps on purpose: instances it remembers, messages for readers. Then those that may leave nothing. */
const HEAP_WARM_UP = 2_500;
const HEAP_ITEMS = 1_000;
/** Idle at first with what the start needed (recognition is warmed by then), later without. */
const IDLE_S = [3, 30];
const SCOPE = { org_id: 'org' };
const MAIN = new URL('../main.js', import.meta.url).pathname;

const folder = () => mkdtemp(path.join(tmpdir(), 'tuodi-bench-'));

async function withService<Value>(
  recogniser: Recogniser | null,
  services: StepHandlers | undefined,
  work: (into: Parameters<typeof takeInBytes>[0] & { rest(id: string): Promise<void> }) => Promise<Value>,
): Promise<Value> {
  const dir = await folder();
  const clock = systemClock();
  const world = { clock, log: pino({ level: 'silent' }) };
  const { config } = readConfig({ TUODI_DATA_DIR: dir });
  const opened = await openPorts(config, () => 'http://localhost', world);
  const ports = recogniser ? { ...opened, recogniser } : opened;
  const { engine, start, stop } = createService(ports, { config, ...(services ? { services } : {}) }, world);
  await start();
  const never = new AbortController().signal;
  const rest = async (resource_id: string) => {
    for (let now = await engine.waitUntilSettled({ scope: SCOPE, resource_id }, 60_000, never); now?.status !== 'INDEXED'; ) {
      if (now?.failure) throw new Error(JSON.stringify(now.failure));
      now = await engine.waitUntilSettled({ scope: SCOPE, resource_id }, 60_000, never);
    }
  };
  try {
    return await work({ engine, objects: ports.objects, clock, scope: SCOPE, rest });
  } finally {
    await stop();
    await ports.close();
    await opened.recogniser.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Pictures through all steps, so many at once, with a recogniser that answers nothing at once. */
async function pipeline(in_flight: number, services?: StepHandlers): Promise<string> {
  const pictures = await Promise.all(Array.from({ length: WARM_UP + ITEMS }, (_, i) => pictureOf(i)));
  return withService(nothing, services, async ({ rest, ...into }) => {
    const one = async (i: number) => {
      const bytes = pictures[i];
      if (bytes) await rest(await takeInBytes(into, { bytes, filename: `${i}.png`, title: `picture ${i}` }));
    };
    await closedLoop(WARM_UP, in_flight, one);
    return row(in_flight, await closedLoop(ITEMS, in_flight, (i) => one(WARM_UP + i)));
  });
}

/** What a picture of 400 words leaves on the heap of the whole service. */
async function heap(): Promise<string> {
  const bytes = await pictureOf(1);
  return withService(nothing, largeSteps, async ({ rest, ...into }) => {
    const one = async (i: number) => rest(await takeInBytes(into, { bytes, filename: `${i}.png`, title: `picture ${i}` }));
    await closedLoop(HEAP_WARM_UP, 8, one);
    const before = await heapInUse();
    await closedLoop(HEAP_ITEMS, 8, one);
    const after = await heapInUse();
    const megabytes = (used: number) => (used / 2 ** 20).toFixed(1);
    return `heap: ${megabytes(before)} MB after ${HEAP_WARM_UP} pictures of 400 words, ${megabytes(after)} MB after ${HEAP_ITEMS} more: ${((after - before) / HEAP_ITEMS).toFixed(0)} bytes a picture`;
  });
}

async function pages(): Promise<string> {
  const bytes = await readFile(path.join(SAMPLES, 'english-letter.png'));
  return withService(null, undefined, async ({ rest, ...into }) => {
    await rest(await takeInBytes(into, { bytes, filename: 'warm.png', title: 'warm' }));
    const began = performance.now();
    const one = async (i: number) => rest(await takeInBytes(into, { bytes, filename: `${i}.png`, title: `page ${i}` }));
    await Promise.all(Array.from({ length: PAGES }, (_, i) => one(i)));
    return `${(PAGES / ((performance.now() - began) / 1000)).toFixed(2)} pages/s (samples/english-letter.png, ${cpus().length} recognition threads)`;
  });
}

/** From the start of the process to the first 200 of /readyz, and what it then holds in memory. */
async function start(): Promise<string> {
  const dir = await folder();
  const began = performance.now();
  const child = spawn(process.execPath, [MAIN, '--json', '--data-dir', dir, 'serve'], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const line: string = await new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
    const { url } = JSON.parse(line);
    const ready = await fetch(`${url}/readyz`);
    const ms = performance.now() - began;
    const residentAfter = async (seconds: number) => {
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => ''); // Linux alone has it
      return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024).toFixed(0);
    };
    const idle = await Promise.all(IDLE_S.map(async (seconds) => `${await residentAfter(seconds)} MB after ${seconds} s`));
    return `start to ready (${ready.status}): ${ms.toFixed(0)} ms; idle, ready to recognise: ${idle.join(', ')} resident`;
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
    await rm(dir, { recursive: true, force: true });
  }
}

console.log(
  `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(`Empty steps: what the durable lifecycle costs (${ITEMS} pictures)\n${HEAD}`);
for (const in_flight of IN_FLIGHT) console.log(await pipeline(in_flight, emptySteps));
console.log(`\nThe same where nothing makes vectors: a step less to run, and a commit less\n${HEAD}`);
for (const in_flight of IN_FLIGHT) console.log(await pipeline(in_flight, emptyWithoutVectors));
console.log(`\nReal steps, empty recogniser\n${HEAD}`);
for (const in_flight of IN_FLIGHT) console.log(await pipeline(in_flight));
console.log(`\n${await heap()}`);
console.log(await pages());
console.log(await start());
