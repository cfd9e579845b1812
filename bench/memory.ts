/**
 * `npm run bench -- memory`: resident memory of the whole service before, during and after real work. It takes in the files of samples/,
 * each made different by some bytes at its end, and reads them with the real recogniser. Linux alone: it reads /proc.
 *
 *   --files 260          how many files
 *   --rest 10,60,180     seconds after the last picture at which memory is read
 *   --with NAME=value    a run with this variable in the environment of the service, several joined by commas; `--with plain`: with
 *                        nothing more. Each `--with` is a run, and a row of the table. Without any: plain.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SAMPLES } from '../cli/project.ts';
import { type Serving, serving } from './serving.ts';

const MB = 1024 * 1024;
const KB = 1024;
/** Memory is read so often while the pictures are worked on: a peak that is shorter may be missed. */
const READ_EVERY_MS = 100;
const UPLOADS_AT_ONCE = 4;
/** The table's idle: after so long, what the start needed is given back. */
const IDLE_AFTER_MS = 30_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '260' },
    rest: { type: 'string', default: '10,60,180' },
    with: { type: 'string', multiple: true, default: ['plain'] },
  },
});
const file_count = Number(values.files);
const rests_s = values.rest.split(',').map(Number);

/** Those that have pages to look at; of any format that the service reads. */
const samples = readdirSync(SAMPLES)
  .filter((name) => /\.(bmp|jpg|pdf|png|tif|webp)$/.test(name))
  .sort();
/** Decoders ignore what follows the end of a picture; a PDF takes it for a comment. */
const differing = (file: string, n: number): Buffer =>
  Buffer.concat([readFileSync(path.join(SAMPLES, file)), Buffer.from(`\n% ${n}\n`)]);

/** Resident bytes of a process and all that it has started. Those that ended meanwhile have none. */
function resident(pid: number): number {
  const status = orNothing(() => readFileSync(`/proc/${pid}/status`, 'utf8'));
  const own = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * KB;
  return own + childrenOf(pid).reduce((sum, child) => sum + resident(child), 0);
}
function childrenOf(pid: number): number[] {
  const threads = orNothing(() => readdirSync(`/proc/${pid}/task`).join(' '))
    .split(' ')
    .filter(Boolean);
  const lists = threads.map((thread) => orNothing(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')));
  return lists.flatMap((list) => list.split(' ').filter((one) => one.trim() !== '')).map(Number);
}
function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return ''; // it has ended
  }
}

const Counts = z.object({ by_phase: z.record(z.string(), z.number()), by_status: z.record(z.string(), z.number()) });

async function call({ url, api_key }: Serving, route: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(url + route, { ...init, headers: { authorization: `Bearer ${api_key}` } });
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function takeIn(service: Serving): Promise<void> {
  const numbers = Array.from({ length: file_count }, (_, n) => n).values();
  const lane = async () => {
    for (const n of numbers) {
      const file = samples[n % samples.length] ?? '';
      const body = new FormData();
      body.append('metadata', JSON.stringify({ title: `${file} ${n}` }));
      body.append('file', new Blob([differing(file, n)]), file);
      await call(service, '/v1/resources', { method: 'POST', body });
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, lane));
}

async function untilAtRest(service: Serving): Promise<Record<string, number>> {
  for (;;) {
    const { by_phase, by_status } = Counts.parse(await call(service, '/v1/resources/counts'));
    if (!by_phase.working && !by_phase.uploading) return by_status;
    await sleep(1_000);
  }
}

type Measured = { idle: number; peak: number; rests: number[]; seconds: number; statuses: Record<string, number> };

async function measure(env: Record<string, string>): Promise<Measured> {
  const service = await serving({ TUODI_RATE_LIMITS: 'false', ...env });
  try {
    await sleep(IDLE_AFTER_MS);
    const idle = resident(service.pid);
    let peak = idle;
    const watch = setInterval(() => {
      peak = Math.max(peak, resident(service.pid));
    }, READ_EVERY_MS);
    const began = performance.now();
    await takeIn(service);
    const statuses = await untilAtRest(service);
    const ended = performance.now();
    const rests: number[] = [];
    for (const rest_s of rests_s) {
      await sleep(Math.max(0, ended + rest_s * 1_000 - performance.now()));
      rests.push(resident(service.pid));
    }
    clearInterval(watch);
    return { idle, peak, rests, seconds: (ended - began) / 1_000, statuses };
  } finally {
    await service.stop();
  }
}

const environmentOf = (reported: string): Record<string, string> =>
  reported === 'plain' ? {} : Object.fromEntries(reported.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
const megabytes = (bytes: number) => (bytes / MB).toFixed(0);

const [cpu] = cpus();
console.log(
  `${cpus().length} × ${cpu?.model.trim()}, ${(totalmem() / MB / KB).toFixed(0)} GB, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}; ${file_count} files\n`,
);
console.log(
  `| environment | idle MB | peak MB | ${rests_s.map((s) => `after ${s} s`).join(' | ')} | last above idle | seconds of work | ended as |`,
);
console.log(`|${'---|'.repeat(rests_s.length + 6)}`);
for (const reported of values.with) {
  const { idle, peak, rests, seconds, statuses } = await measure(environmentOf(reported));
  const ends = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const above = megabytes((rests.at(-1) ?? 0) - idle);
  const cells = [reported, ...[idle, peak, ...rests].map(megabytes), above, seconds.toFixed(0), ends.join(', ')];
  console.log(`| ${cells.join(' | ')} |`);
}
