/**
 * `npm run bench -- fairness`: two processes' worth of service in server mode, one organisation that sends much and one that sends now and
 * then. How long each waits, alone and beside the other, and how the work is shared by processes, keys and steps. Each step takes 20 ms.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../app/config.ts';
import { createService } from '../app/create-service.ts';
import { openPorts } from '../app/open-ports.ts';
import { STEP_KINDS, type StepKind } from '../contract/step-kinds.ts';
import { systemClock } from '../runtime/async/clock.ts';
import type { StepHandlers } from '../runtime/tasks/run-step.ts';
import { freshServers } from '../test/servers/places.ts';
import { emptySteps } from '../test/worlds/empty-steps.ts';
import { quantile } from './measure.ts';

const REDIS = 5;
const FLOOD = 600;
const OCCASIONAL = 40;
const PAUSE_MS = 150;
const STEP_MS = 20;
const SETTLE_MS = 10 * 60_000;
const clock = systemClock();
const log = pino({ level: 'silent' });
const never = new AbortController().signal;

const { env, drop } = await freshServers(REDIS);
const { TUODI_ELASTICSEARCH_URL: _, ...others } = env;
const folders: string[] = [];
/** By process and step: how many runs. */
const runs: Record<StepKind, number>[] = [];

async function startProcess() {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-fairness-'));
  folders.push(folder);
  const { config } = readConfig({ ...others, TUODI_DATA_DIR: folder });
  const ports = await openPorts(config, () => 'http://localhost', { clock, log });
  const counts = Object.fromEntries(STEP_KINDS.map((kind) => [kind, 0])) as Record<StepKind, number>; // one a kind
  runs.push(counts);
  const services: StepHandlers = {
    ...emptySteps,
    async run(run) {
      counts[run.kind] += 1;
      await clock.sleep(STEP_MS);
      return emptySteps.run(run);
    },
  };
  const service = createService(ports, { config, services }, { clock, log });
  await service.start();
  return { service, ports };
}
type Process = Awaited<ReturnType<typeof startProcess>>;

async function picture({ service: { engine } }: Process, org_id: string, key_id: string): Promise<number> {
  const resource_id = clock.newId();
  const began = performance.now();
  const metadata = { title: 'an item', description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', key_id, batch_id: null, filename: 'f.png', content_type: 'image/png', metadata, described: true };
  const by = { by: { kind: 'user' as const, id: 'u' }, request_id: null };
  await engine.create({ resource_id, org_id, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null }, by);
  await engine.send({ scope: { org_id }, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), by);
  await engine.waitUntilSettled({ scope: { org_id }, resource_id }, SETTLE_MS, never);
  return performance.now() - began;
}
async function occasional(at: Process): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < OCCASIONAL; n++) {
    took.push(await picture(at, 'occasional', 'k'));
    await clock.sleep(PAUSE_MS);
  }
  return took;
}
function say(name: string, took: number[]): void {
  took.sort((a, b) => a - b);
  console.log(`| ${name} | ${took.length} | ${[0.5, 0.99].map((q) => quantile(took, q).toFixed(0)).join(' | ')} |`);
}

const [one, other] = [await startProcess(), await startProcess()];
console.log('| | pictures | p50 ms | p99 ms |\n|---|---|---|---|');
say('the occasional one alone', await occasional(one));
const flood = Promise.all(Array.from({ length: FLOOD }, (_, n) => picture(one, 'much', n % 2 ? 'key one' : 'key two')));
say('the occasional one beside the other, by the same process', await occasional(one));
say('… by the other process', await occasional(other));
say('the one that sends much', await flood);
console.log('\n| runs by step | the process that is sent everything | the other |\n|---|---|---|');
for (const kind of STEP_KINDS.filter((step) => runs.some((counts) => counts[step] > 0)))
  console.log(`| ${kind} | ${runs.map((counts) => counts[kind]).join(' | ')} |`);
for (const { service, ports } of [one, other]) {
  await service.stop();
  await ports.close();
}
await drop();
for (const folder of folders) await rm(folder, { recursive: true, force: true });
process.exit(0);
