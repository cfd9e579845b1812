/**
 * The embedded service on a clock that a test moves, with a picture in each status, held there until the fault has come. A process is killed
 * by cutting it off from everything outside it: none of its calls is answered any more, and the next process begins.
 */

import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { readConfig } from '../../../app/config.ts';
import { createService, type ServiceOptions } from '../../../app/create-service.ts';
import { openPorts, type Ports } from '../../../app/open-ports.ts';
import { byStep, type StepKind } from '../../../contract/step-kinds.ts';
import { memoryQueue } from '../../../persistence/memory/queue.ts';
import { memoryTasks } from '../../../persistence/memory/tasks.ts';
import { sqliteKnex } from '../../../persistence/sqlite/driver.ts';
import { type Clock, systemClock } from '../../../runtime/async/clock.ts';
import type { Queue } from '../../../runtime/ports/queue.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import type { Tasks } from '../../../runtime/ports/tasks.ts';
import { explainer } from '../../../services/explain/explain.ts';
import { prepareIndex } from '../../../services/index/rebuild.ts';
import { callbackReceiver } from '../../../services/remote/callbacks.ts';
import { hashedNgrams } from '../../worlds/hashed-ngrams.ts';
import { SERVICE_LIMITS } from '../../worlds/service-context.ts';
import { heldEmbedder, heldEngine, type Told } from './engine.ts';

export const SCOPE = { org_id: 'org' };
const HELD_RUNS = 100;
const NEVER = 2_000_000_000;
const SOON_MS = 20;
const LEASE_MS = 61_000;
/** How long a process is let live that is not killed by then. */
const LIFE_MS = 200;
/** A run that hangs is given up after so long of real time. */
export const RUN_MS = 3_000;
/** What passes by itself is short; what the clock decides is as it is. */
const LIMITS = {
  ...{ sweep_interval_ms: NEVER, stop_grace_ms: SOON_MS, accept_after_ms: 0, max_gap_ms: NEVER * 1_000, settle_ms: 0 },
  ...{ gate_look_ms: SOON_MS, probe_min_ms: SOON_MS, probe_max_ms: 2 * SOON_MS, redeliver_ms: SOON_MS },
  ...{ retry_interval_ms: 2 * SOON_MS, retry_probe_min_ms: SOON_MS, retry_probe_max_ms: SOON_MS },
  job_check_min_ms: 5 * SOON_MS,
  ...{ index_look_ms: 5 * SOON_MS, index_heal_look_ms: SOON_MS, in_flight_look_ms: SOON_MS, in_flight_first: 16 },
  run_time_limit_ms: { ...byStep(() => RUN_MS), inspect: 5 * RUN_MS },
  concurrency: byStep(() => HELD_RUNS),
} satisfies ServiceOptions['limits'];

/** A call of a port, by its path: `facts.commit`. Returns what is answered in its place, or undefined. Throws in its place. */
export type Fault = (call: string) => Promise<unknown> | undefined;

/** Calls that return at once: a process that is dead does nothing by them. */
const AT_ONCE = new Set(['take', 'allow', 'consume', 'consumeRetries', 'reachable', 'onMadeAnew', 'probe']);

function watched<Port extends object>(port: Port, at: string, called: (call: string, real: () => unknown) => unknown): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      const call = `${at}.${String(name)}`;
      if (typeof value === 'object' && value !== null && !AT_ONCE.has(String(name))) return watched(value, call, called);
      if (typeof value !== 'function' || AT_ONCE.has(String(name))) return value;
      return (...args: unknown[]) => called(call, () => Reflect.apply(value, target, args));
    },
  });
}

export type Outcomes = Awaited<ReturnType<typeof outcomesWorld>>;
export async function outcomesWorld() {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-outcomes-'));
  const { config } = readConfig({ TUODI_OCR_WORKERS: '1', TUODI_DATA_DIR: folder });
  const { clock, pass, stepWall } = twoClocks();
  const log = pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2));
  const opened = await openPorts(config, () => 'http://localhost', { clock, log });
  await prepareIndex({ ...opened, clock });
  const engine = heldEngine(async (told) => void (await callBack(told)));
  const embedding = heldEmbedder(hashedNgrams());
  const held = new Map<string, { kind: StepKind; open: Promise<void> }>();
  const opens: (() => void)[] = [];
  const now = { tasks: memoryTasks() as Tasks, index: opened.index, fault: (() => undefined) as Fault, deaf: false };
  let life = begin();

  /** A process, with ports of its own that it loses when it is killed. */
  function begin(kill_at = Number.POSITIVE_INFINITY) {
    const death = new AbortController();
    setMaxListeners(0, death.signal);
    const alive = {
      ...{ on: true, calls: 0, killed: () => {} },
      end(): void {
        alive.on = false;
        death.abort();
      },
    };
    const killed = new Promise<void>((resolve) => {
      alive.killed = resolve;
    });
    const own = mortalClock(clock, death.signal);
    const called = (call: string, real: () => unknown): unknown => {
      if (++alive.calls >= kill_at && alive.on) {
        alive.end();
        alive.killed();
        if (kill_at % 2 === 0) void real(); // done, and nobody hears of it
      }
      if (!alive.on) return new Promise(() => {});
      const instead = now.fault(call);
      return instead ?? real();
    };
    const queue = heldQueue(memoryQueue({ clock: own, max_waiting: 1_000 }));
    const { tasks, index } = { tasks: indirect(() => now.tasks), index: indirect(() => now.index) };
    const { recogniser } = engine;
    const { embedder } = embedding;
    const { facts, objects } = opened;
    const outside = { facts, objects, tasks, index, embedder, queue, recogniser };
    const ports: Ports = {
      ...opened,
      ...(Object.fromEntries(
        Object.entries(outside).map(([name, port]) => [name, watched(port, name, called)]),
      ) as typeof outside),
    };
    const options = { config, limits: LIMITS, task_limits: { outage_pause_ms: 1_000 } };
    const service = createService(ports, options, { clock: own, log });
    const limits = { ...SERVICE_LIMITS, max_bytes: 1_000_000, max_pixels: 1_000_000 };
    const receiver = callbackReceiver({
      ...{ context: { ...ports, clock: own, limits }, runs: service.runs, log },
      isOurs: (_, signature) => signature === 'ours',
    });
    const explain = explainer({
      ...{ ...ports, clock: own, log, local_runs: service.local_runs, pauses: service.pauses },
      ...{ required_metadata: ['title'], kernel: service.lifecycle.kernel },
    });
    return { alive, killed, service, receiver, explain, ports };
  }
  function heldQueue(real: Queue): Queue {
    return {
      ...real,
      take: () => null, // nothing begins unseen
      consume: (kind, concurrency, handle) =>
        real.consume(kind, concurrency, async (notification) => {
          const task = await now.tasks.get(notification.task_id);
          const hold = task && held.get(task.resource_id);
          if (hold && hold.kind === kind) await hold.open;
          if (!now.deaf) await handle(notification);
        }),
    };
  }
  const callBack = async ({ resource_id, task_id, order, body }: Told, signature = 'ours') => {
    const to = { resource_id, task_id, order, signature };
    const expected = await life.receiver.expected(to);
    if (expected === 'forged' || expected === 'unknown') return expected;
    return (await life.receiver.receive({ ...to, webhook_id: `${task_id}-${body.length}`, body })).outcome;
  };
  await life.service.start();
  const also_closed: (() => Promise<void>)[] = [];
  const betweenLives = async (work: () => Promise<unknown>): Promise<void> => {
    life.alive.end();
    await work();
    life = begin();
    await life.service.start();
  };
  const file = path.join(folder, 'facts.sqlite');
  return {
    ...{ clock, log, pass, stepWall, engine, embedding, now, opened, callBack, betweenLives },
    kill: () => betweenLives(async () => {}),
    /** A process that is killed at its call of a port with this number; every second one once that is done, before it hears of it. */
    async killAt(call: number): Promise<void> {
      life.alive.end();
      life = begin(call);
      const { service, killed } = life;
      const lives = async () => {
        await service.start();
        pass(LEASE_MS);
        await service.sweep.once();
      };
      await Promise.race([lives(), killed, clock.sleep(LIFE_MS)]);
      life.alive.end();
    },
    alsoClose: (close: () => Promise<void>) => void also_closed.push(close),
    /** All instances, as version 1 of the machine has left them. */
    async madeOld(): Promise<void> {
      const knex = sqliteKnex(file);
      const rows: { instance_id: string; body: string }[] = await knex('instances').select('instance_id', 'body');
      for (const { instance_id, body } of rows)
        await knex('instances')
          .where({ instance_id })
          .update({ version: '1', body: JSON.stringify(asVersion1(JSON.parse(body))) });
      await knex.destroy();
    },
    life: () => life,
    /** A task of this kind is not taken up before `letGo`. */
    hold: (resource_id: string, kind: StepKind) => {
      const open = new Promise<void>((resolve) => opens.push(resolve));
      held.set(resource_id, { kind, open });
    },
    letGo(): void {
      held.clear();
      for (const open of opens.splice(0)) open();
      engine.state.holds = false;
      engine.tellAll();
      embedding.letGo();
    },
    /** Those that are held are never heard of again. */
    forgetHeld: () => {
      held.clear();
      opens.splice(0);
      embedding.drop();
      embedding.state.holds = false;
      engine.state.holds = false;
    },
    rows: (): Promise<ResourceRow[]> => opened.facts.resources.list(SCOPE, {}, { sort: '-created_at', after: null, limit: 100 }),
    async stop(): Promise<void> {
      now.fault = () => undefined;
      await life.service.stop();
      for (const close of also_closed) await close();
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Calls go to what is there then. */
const indirect = <Port extends object>(port: () => Port): Port =>
  new Proxy({} as Port, { get: (_, name) => Reflect.get(port(), name) });

/** A process that is dead is not woken any more, and keeps nothing open. */
const mortalClock = (clock: Clock, death: AbortSignal): Clock => ({
  ...clock,
  async sleep(ms, signal) {
    await clock.sleep(ms, AbortSignal.any(signal ? [signal, death] : [death])).catch((error: unknown) => {
      if (!death.aborted) throw error;
    });
    if (death.aborted) await new Promise(() => {});
  },
  after: (ms, then) => clock.after(ms, () => death.aborted || then()), // unreferenced
});

/** Stands still until it is moved; the wall clock may be moved alone. */
function twoClocks(): { clock: Clock; pass(ms: number): void; stepWall(ms: number): void } {
  const real = systemClock();
  let service = real.now();
  let wall = 0;
  const steady = () => service;
  const clock: Clock = {
    ...real,
    now: () => service + wall,
    serviceTime: steady,
    steady,
    setServiceTime: () => {},
    setSkew: () => {},
  };
  return {
    clock,
    pass: (ms) => {
      service += ms;
    },
    stepWall: (ms) => {
      wall += ms;
    },
  };
}

type Body = { snapshot: { context: Record<string, unknown> }; jobs: Record<string, { input: Record<string, unknown> }> };
/** Without what version 2 has added. */
function asVersion1(body: Body): Body {
  const { orders: _, reading: __, service_retries: ___, remakes: ____, look_again: _____, ...context } = body.snapshot.context;
  const { ocr, ...jobs } = body.jobs;
  if (!ocr) return { ...body, snapshot: { ...body.snapshot, context } };
  const { order: ______, reading: _______, ...input } = ocr.input;
  return { ...body, snapshot: { ...body.snapshot, context }, jobs: { ...jobs, ocr: { ...ocr, input } } };
}
