/**
 * A rolling upgrade between two versions, tried: `npm run suite -- rolling <folder of the older version, built>`. Both versions are
 * processes on the same servers while pictures are sent, twice a second: older API and worker; `tuodi migrate` of this version; worker,
 * then API of this version in place of the older ones. Prints a table by phase, and fails if a picture was lost, refused for good, or
 * is not found in the end.
 */
import { execFile } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { pictureOf, readNumber, wordOf } from '../worlds/numbered.ts';
import { ocrEngine, SECRET } from '../worlds/ocr-engine.ts';
import { until } from '../worlds/wait.ts';
import { freshServers } from './places.ts';
import { MAIN, type Process, startProcess } from './processes.ts';

const REDIS = 9;
const EVERY_MS = 500;
const PHASE_MS = 10_000;
const REST_LIMIT_MS = 300_000;
const TRIES = 20;

const [older] = process.argv.slice(2);
if (older === undefined) throw new Error('name the folder of the older version, with its dist');
const OLD = path.resolve(older, 'dist/main.js');

const Created = z.object({ resource: z.object({ resource_id: z.string() }) });
const Ready = z.object({ ready: z.boolean(), degraded: z.array(z.object({ name: z.string() })).default([]) });
type Phase = { name: string; sent: number; refused: Map<string, number>; slowest_ms: number; ready: Set<string> };
type Sent = { resource_id: string; word: string };

const place = await freshServers(REDIS);
const engine = await ocrEngine(readNumber);
const phases: Phase[] = [];
const sent: Sent[] = [];
const running = new Set<Process>();
/** Takes the place of a proxy before the API: who connects is handed on to the process that it names now. */
const balancer = createServer((client) => {
  const upstream = connect(Number(new URL(serving).port), '127.0.0.1');
  const end = () => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  client.pipe(upstream).pipe(client);
});
let serving = '';
const api = { url: '', key: '' };
await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
api.url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`; // it listens
const callbacks = { TUODI_PUBLIC_URL: api.url, TUODI_OCR_CALLBACK_SECRET: SECRET };
const env = { ...place.env, TUODI_OCR_URL: engine.url, ...callbacks };
let [ended, over] = [false, false];

/** The engine does its work as soon as it is asked. */
async function engineWorks(): Promise<void> {
  while (!over) {
    for (const [id, job] of engine.jobs)
      if (job.result === null) {
        await engine.finish(id);
        await engine.callBack(id).catch(() => undefined); // it is asked instead
      }
    await sleep(50);
  }
}

const phase = (name: string): void => void phases.push({ name, sent: 0, refused: new Map(), slowest_ms: 0, ready: new Set() });
const now = (): Phase => phases.at(-1) as Phase; // the first begins before anything is sent
const counted = (code: string): void => void now().refused.set(code, (now().refused.get(code) ?? 0) + 1);
const asked = (route: string, init: RequestInit = {}) =>
  fetch(`${api.url}${route}`, { headers: { authorization: `Bearer ${api.key}` }, signal: AbortSignal.timeout(30_000), ...init });

/** As a client behind a balancer: what is refused for a moment is sent again, with the same key of idempotency. */
async function send(number: number): Promise<void> {
  const bytes = await pictureOf(number);
  const began = performance.now();
  for (let tries = 1; ; tries += 1) {
    const form = new FormData();
    form.set('metadata', JSON.stringify({ title: `number ${number}` }));
    form.set('file', new Blob([new Uint8Array(bytes)]), `${number}.png`);
    const headers = { authorization: `Bearer ${api.key}`, 'idempotency-key': `rolling-${number}` };
    const answer = await asked('/v1/resources', { method: 'POST', body: form, headers }).catch((error: unknown) => String(error));
    if (typeof answer !== 'string' && answer.status < 300) {
      sent.push({ resource_id: Created.parse(await answer.json()).resource.resource_id, word: wordOf(number) });
      now().sent += 1;
      now().slowest_ms = Math.max(now().slowest_ms, performance.now() - began);
      return;
    }
    counted(typeof answer === 'string' ? 'no answer' : `${answer.status} ${await codeOf(answer)}`);
    if (tries === TRIES) throw new Error(`picture ${number} is refused for good`);
    await sleep(250);
  }
}
const codeOf = async (answer: Response): Promise<string> =>
  z
    .object({ code: z.string() })
    .catch({ code: '' })
    .parse(await answer.json().catch(() => ({}))).code;

async function lookAtReady(): Promise<void> {
  const answer = await asked('/readyz').catch(() => null);
  if (answer === null) return;
  const { degraded } = Ready.catch({ ready: false, degraded: [] }).parse(await answer.json());
  now().ready.add([answer.status, ...degraded.map(({ name }) => name)].join(' '));
}

let number = 0;
const sending: Promise<void>[] = [];
async function sendsAllTheWhile(): Promise<void> {
  while (!ended) {
    number += 1;
    sending.push(send(number), lookAtReady());
    await sleep(EVERY_MS);
  }
}

async function start(main: string, command: 'serve' | 'worker'): Promise<Process> {
  const kinds: Record<string, string> = command === 'serve' ? { TUODI_WORKER_KINDS: 'none' } : {};
  const one = await startProcess(main, ['--json', command], { ...env, ...kinds });
  running.add(one);
  return one;
}
async function stop(one: Process): Promise<void> {
  const code = await one.stop();
  running.delete(one);
  if (code !== 0) throw new Error(`a process ended with ${code}`);
}
const tuodi = (...args: string[]) =>
  promisify(execFile)(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env }, timeout: 120_000 });

/** Each of them INDEXED, and found by its word. */
async function wrong(): Promise<string[]> {
  const found: string[] = [];
  for (const { resource_id, word } of sent) {
    const answer = await asked(`/v1/search?q=${word}`);
    const hits = z
      .object({ items: z.array(z.object({ resource: z.object({ resource_id: z.string() }) })) })
      .parse(await answer.json());
    if (!hits.items.some(({ resource }) => resource.resource_id === resource_id)) found.push(resource_id);
  }
  return found;
}

async function rolled(): Promise<void> {
  const [old_api, old_worker] = [await start(OLD, 'serve'), await start(OLD, 'worker')];
  serving = String(old_api.reported.url);
  api.key = String(old_api.reported.api_key);
  phase('older API, older worker');
  const works = sendsAllTheWhile();
  await sleep(PHASE_MS);
  phase('the database is migrated');
  const { stdout } = await tuodi('migrate');
  console.log(stdout.trim());
  await sleep(PHASE_MS);
  phase('a newer worker beside the older one');
  await start(MAIN, 'worker');
  await sleep(PHASE_MS);
  phase('older API, newer worker');
  await stop(old_worker);
  await sleep(PHASE_MS);
  phase('a newer API beside the older one, which takes what is sent');
  const new_api = await start(MAIN, 'serve');
  await sleep(PHASE_MS);
  phase('newer API, newer worker');
  serving = String(new_api.reported.url);
  await sleep(1_000); // a balancer waits for what the old one has begun
  await stop(old_api);
  await sleep(PHASE_MS);
  ended = true;
  await works;
  await Promise.all(sending);
}

function print(): void {
  console.log('| phase | sent | refused for a moment | slowest | `readyz` of the API |\n|---|---:|---|---:|---|');
  for (const { name, sent: count, refused, slowest_ms, ready } of phases) {
    const codes = [...refused].map(([code, times]) => `${times} × ${code}`).join(', ') || '–';
    console.log(`| ${name} | ${count} | ${codes} | ${Math.round(slowest_ms)} ms | ${[...ready].join('; ')} |`);
  }
}

const working = engineWorks();
try {
  await rolled();
  print();
  const began = performance.now();
  const counts = z.object({ by_status: z.record(z.string(), z.number()), total: z.number() });
  const seen = async () => counts.parse(await (await asked('/v1/resources/counts')).json());
  await until('all are INDEXED', async () => (await seen()).by_status.INDEXED === sent.length, REST_LIMIT_MS).catch(async () => {
    throw new Error(`of ${sent.length}: ${JSON.stringify(await seen())}`);
  });
  console.log(`all ${sent.length} INDEXED ${((performance.now() - began) / 1_000).toFixed(1)} s after the last one was sent`);
  const lost = await wrong();
  console.log(`not found: ${lost.length}`);
  process.exitCode = lost.length === 0 ? 0 : 1;
} finally {
  [ended, over] = [true, true];
  await working;
  for (const one of running) await one.kill();
  await engine.stop();
  balancer.close();
  await place.drop();
}
