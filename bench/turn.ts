/**
 * `npm run bench -- turn`: processor time of one step of a picture in the kernel and the engine alone, on facts that keep nothing, and
 * with the rows that a database would be given; and which part of the program takes it.
 */

import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { cpus } from 'node:os';
import { pino } from 'pino';
import { VERSION } from '../cli/project.ts';
import { STEP_OF_JOB } from '../contract/step-kinds.ts';
import type { Inbound, Instance } from '../machines/interpreter.ts';
import { factRow } from '../persistence/sql/facts.ts';
import { instanceValues } from '../persistence/sql/instances.ts';
import { journalValues } from '../persistence/sql/journal.ts';
import { outboxValues } from '../persistence/sql/outbox.ts';
import { resourceValues } from '../persistence/sql/resource-columns.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { RUNTIME_LIMITS } from '../runtime/limits.ts';
import type { Change, Committed, Facts } from '../runtime/ports/facts.ts';
import type { ResourceRow } from '../runtime/ports/resources.ts';
import { createEngine, type Origin } from '../runtime/resources/engine.ts';
import { resourceLifecycle } from '../services/lifecycles.ts';
import { emptySteps } from '../test/worlds/empty-steps.ts';

const PICTURES = 4_000;
/** Not measured: the compiler warms up on them. */
const WARM_UP = 1_000;
const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const SCOPE = { org_id: 'org' };
const SAMPLE_US = 200;

const clock = systemClock();
const lifecycle = resourceLifecycle();

/** The turns of one picture, from its creation to INDEXED; returns how many. */
type Life = () => Promise<number>;

/** The machine alone: each step from the instance as it would be read back. */
const kernelAlone: Life = async () => {
  const given = () => ({ now: clock.serviceTime(), wall: clock.now(), newId: clock.newId });
  const ids = { resource_id: clock.newId(), ...SCOPE, user_id: 'u' };
  const input = { ...ids, described: true, claimed: { byte_size: null, sha256: null } };
  let { instance } = lifecycle.kernel.start(input, given());
  let turns = 1;
  const turn = (inbound: Inbound) => {
    ({ instance } = lifecycle.kernel.step(instance, inbound, given()));
    turns += 1;
  };
  turn({ kind: 'event', event: { type: 'UPLOAD_REPORTED' } });
  for (let next = await resultOf(instance, ids.resource_id); next; next = await resultOf(instance, ids.resource_id)) turn(next);
  return turns;
};

/** The engine around it, with its rows: `each` is given what a database would be given. */
function engineWith(each: (change: Change) => void): Life {
  const commit = async (changes: Change[]): Promise<Committed[]> => {
    for (const change of changes) each(change);
    return changes.map(() => ({ outcome: 'committed' }));
  };
  const known: Record<string, unknown> = {
    commit,
    index_targets: { get: async () => null },
    resources: { get: async () => row },
    texts: { recognition: async () => null, correction: async () => null },
  };
  let row: ResourceRow | null = null;
  const facts = new Proxy({} as Facts, { get: (_, name) => known[String(name)] ?? missing(String(name)) });
  const engine = createEngine({ facts, clock, lifecycle, limits: RUNTIME_LIMITS, log: pino({ level: 'silent' }) });
  let moved: Instance | null = null;
  engine.onMoved((resource, _, after) => {
    row = resource;
    moved = after;
  });
  return async () => {
    const resource_id = clock.newId();
    const metadata = { title: 'a picture', description: null, tags: [], taken_at: null, languages: [], extra: {} };
    const named = { user_id: 'u', batch_id: null, filename: 'f.png', content_type: 'image/png', metadata, described: true };
    const claimed = { byte_size: null, sha256: null };
    await engine.create({ resource_id, ...SCOPE, ...named, claimed, idempotency: null }, BY);
    await engine.send({ scope: SCOPE, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
    let turns = 2;
    for (let next = await resultOf(moved, resource_id); next; next = await resultOf(moved, resource_id)) {
      if ((await engine.deliver(resource_id, next, BY)) !== 'moved') throw new Error('a result was not taken');
      turns += 1;
    }
    return turns;
  };
}
const missing = (name: string): never => {
  throw new Error(`the bench has no ${name}: an instance should have been remembered`);
};

/** The result of the job that waits; null: none does. */
async function resultOf(instance: Instance | null, resource_id: string): Promise<Extract<Inbound, { kind: 'done' }> | null> {
  const [waiting] = Object.entries(instance?.jobs ?? {});
  if (!waiting) return null;
  const [id, job] = waiting;
  const kind = STEP_OF_JOB[id as keyof typeof STEP_OF_JOB];
  const output = await emptySteps.run({ kind, task_id: job.token, resource_id, input: job.input } as never);
  return { kind: 'done', id, token: job.token, output };
}

type Measured = { us: number; turns: number; shares: Map<string, number> };
async function measured(life: Life): Promise<Measured> {
  for (let n = 0; n < WARM_UP; n++) await life();
  const cpu = process.cpuUsage();
  let turns = 0;
  for (let n = 0; n < PICTURES; n++) turns += await life();
  const { user, system } = process.cpuUsage(cpu);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
  await session.post('Profiler.start');
  for (let n = 0; n < PICTURES; n++) await life();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { us: (user + system) / turns, turns, shares: sharesOf(profile) };
}

/** Parts of the program, by a piece of the address of their scripts. */
const PARTS = ['xstate', 'machines', 'runtime', 'services', 'persistence', 'uuid', 'lru-cache'] as const;
function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<string, number> {
  const part = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const sums = new Map<string, number>();
  let all = 0;
  for (const [i, id] of samples.entries()) {
    const name = part.get(id) ?? 'other';
    const us = timeDeltas[i] ?? 0;
    if (name === '(idle)') continue;
    all += us;
    sums.set(name, (sums.get(name) ?? 0) + us);
  }
  return new Map([...sums].map(([name, us]) => [name, us / all]));
}
function partOf({ url, functionName }: { url: string; functionName: string }): string {
  if (functionName === '(idle)') return '(idle)';
  if (functionName === '(garbage collector)') return 'garbage';
  const pack = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const known = PARTS.find((name) => (pack ? pack === name : url.includes(`/${name}/`)));
  return known ?? (url.startsWith('node:') ? 'Node' : 'other');
}

const asRows = (change: Change): void => {
  instanceValues(change);
  resourceValues(change.resource);
  journalValues(change);
  outboxValues(change);
  for (const write of change.writes) factRow(write, change.expected_seq === null);
};

console.log(
  `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}\n`,
);
const lives: [string, Life][] = [
  ['the machine', kernelAlone],
  ['with the engine', engineWith(() => {})],
  ['with the rows', engineWith(asRows)],
];
const names = [...PARTS, 'garbage', 'Node', 'other'];
console.log(`| processor time a turn | µs | ${names.join(' | ')} |\n|---|---|${names.map(() => '---|').join('')}`);
for (const [name, life] of lives) {
  const { us, shares } = await measured(life);
  console.log(
    `| ${name} | ${us.toFixed(0)} | ${names.map((part) => `${(100 * (shares.get(part) ?? 0)).toFixed(0)} %`).join(' | ')} |`,
  );
}
