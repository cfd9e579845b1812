/**
 * The service that people use, with everything real but the recogniser, on a clock that a test moves. Each run of a step waits for the
 * test twice: before a worker takes its task, and before its work begins; so that every state between can be looked at.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { type Config, readConfig } from '../../app/config.ts';
import { createService, type ServiceOptions } from '../../app/create-service.ts';
import { drawnMachines } from '../../app/machines.ts';
import { type OpenedPorts, openPorts } from '../../app/open-ports.ts';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { incomingPrefix, ownPrefix } from '../../contract/object-keys.ts';
import { byStep } from '../../contract/step-kinds.ts';
import type { HttpDeps } from '../../http/context.ts';
import { HTTP_LIMITS } from '../../http/limits.ts';
import { createHttpServer } from '../../http/server.ts';
import { verifyLink } from '../../persistence/folder/links.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import type { Lifecycle } from '../../runtime/resources/lifecycle.ts';
import { createNearness } from '../../runtime/search/nearness.ts';
import type { Run, StepHandlers } from '../../runtime/tasks/run-step.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { explainer } from '../../services/explain/explain.ts';
import { previewTurner } from '../../services/formats/turned-preview.ts';
import { prepareIndex } from '../../services/index/rebuild.ts';
import { resourceLifecycle } from '../../services/lifecycles.ts';
import { cleanUpStep, runStep } from '../../services/steps/table.ts';
import { keyTo } from '../worlds/events-world.ts';
import { hashedNgrams } from '../worlds/hashed-ngrams.ts';
import { numberReader } from '../worlds/numbered.ts';
import { SERVICE_LIMITS } from '../worlds/service-context.ts';
import { until } from '../worlds/wait.ts';
import { MODEL_LIMITS, PAUSE_MS } from './model.ts';

export const ORG = 'org';
/** What a planted mistake changes. */
export type Planted = {
  ports?: (opened: OpenedPorts) => OpenedPorts;
  lifecycle?: (right: Lifecycle) => Lifecycle;
  http?: (right: HttpDeps) => HttpDeps;
};
/** The work of a run: the real one, an output in its place, or a failure. */
export type Work = { failure: ServiceFailure } | { output: Json } | 'real';
export type Response = { status: number; headers: Headers; json: unknown };
/** `claim`: of the key of another organisation, where it is not `own`. */
export type Sent = { key?: 'own' | 'other'; body?: unknown; bytes?: Uint8Array; headers?: Record<string, string> };

/** Runs held at once: those of abandoned jobs stay until the end. */
const HELD_RUNS = 100;
const NEVER = 2_000_000_000;
const LIMITS = {
  sweep_interval_ms: NEVER, // it sweeps when the clock is moved
  stop_grace_ms: 20,
  accept_after_ms: 0,
  max_gap_ms: NEVER * 1_000, // the clock is moved by days
  settle_ms: 0,
  failures_to_close: NEVER, // an outage is of one run here
  index_look_ms: NEVER,
  concurrency: byStep(() => HELD_RUNS),
} satisfies ServiceOptions['limits'];
const TASK_LIMITS = { outage_pause_ms: PAUSE_MS, backoff_base_ms: PAUSE_MS };
const WAIT_MS = 8_000;

export type ModelWorld = Awaited<ReturnType<typeof modelWorld>>;
/** `env`: settings of server mode; embedded without. */
export async function modelWorld(planted: Planted = {}, env: Record<string, string> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-model-'));
  const { config } = readConfig({ TUODI_OCR_WORKERS: '1', ...env, TUODI_DATA_DIR: folder });
  const { clock, pass } = movedClock();
  const log = pino({ level: process.env.TUODI_TEST_LOG ?? 'silent' }, pino.destination(2));
  let address = '';
  const opened = await openPorts(config, () => address, { clock, log });
  const held = heldRuns(opened);
  const changed: OpenedPorts = {
    ...opened,
    recogniser: numberReader(),
    embedder: hashedNgrams(),
    queue: held.queue(opened.queue),
  };
  const ports = planted.ports?.(changed) ?? changed;
  await prepareIndex({ ...ports, clock });
  const right = resourceLifecycle(MODEL_LIMITS);
  const lifecycle = planted.lifecycle?.(right) ?? right;
  const context = { ...ports, clock, limits: { ...SERVICE_LIMITS, max_bytes: 1_000_000, max_pixels: 1_000_000 } };
  const services: StepHandlers = {
    run: (run) => held.run(run, () => runStep(run.kind, run.input, { ...context, ...run })),
    cleanUp: ({ kind, input, ...run }, output) => cleanUpStep(kind, output, input, { ...context, ...run }),
    isAvailable: () => true,
  };
  const options = { config, limits: LIMITS, task_limits: TASK_LIMITS, lifecycle, services };
  const service = createService(ports, options, { clock, log });
  const explain = explainer({
    ...{ ...ports, clock, log, local_runs: service.local_runs, pauses: service.pauses },
    ...{ required_metadata: ['title'], kernel: lifecycle.kernel },
  });
  const deps: HttpDeps = {
    ...{ ...ports, clock, log, version: '0', public_url: () => address, limits: HTTP_LIMITS, explain, rates: null },
    pauses: service.pauses,
    ...{
      engine: service.engine,
      runs: service.operator_runs,
      report: service.health,
      feed: service.feed,
      callbacks: null,
      machines: drawnMachines,
      nearness: createNearness({ ...ports, clock }),
      turnedPreview: previewTurner(ports.objects),
    },
    links: {
      sign: ports.signer.sign,
      verify: (parts, of, time) => verifyLink(ports.signer, parts, of, time),
      store: ports.store_links,
    },
    ...{ required_metadata: ['title'], cors_origins: [], readiness: () => ({ ready: true, checks: {} }) },
  };
  const http = createHttpServer(planted.http?.(deps) ?? deps);
  address = `http://127.0.0.1:${(await http.listen('127.0.0.1', 0)).port}`;
  const keys = { own: await keyTo(opened.facts, ORG), other: await keyTo(opened.facts, 'other') };
  await service.start();

  async function call(method: string, route: string, sent: Sent = {}): Promise<Response> {
    const { key = 'own', body, bytes, headers = {} } = sent;
    const response = await fetch(route.startsWith('http') ? route : address + route, {
      method,
      redirect: 'manual',
      headers: {
        ...(bytes ? {} : { authorization: `Bearer ${keys[key]}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(bytes ? { body: new Uint8Array(bytes) } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : null;
    return { status: response.status, headers: response.headers, json };
  }
  return {
    ...{ call, clock, facts: opened.facts, by_store_too: deps.links.store !== null },
    /** Moves the clock; what is due then has happened when it resolves. */
    async pass(ms: number): Promise<void> {
      pass(ms);
      await service.sweep.once();
    },
    /** A worker takes the task of this job. */
    accept: (resource_id: string, job: string) => held.accept(resource_id, job),
    /** The run of this job does its work. Resolves with its output; null if it failed. */
    finish: (resource_id: string, job: string, work: Work) => held.finish(resource_id, job, work),
    /** The run of this job goes as it would by itself. */
    complete: (resource_id: string, job: string) => held.complete(resource_id, job),
    /** What the store holds of a picture: these bytes, as uploaded last; or nothing. */
    async store(resource_id: string, bytes: Uint8Array | null): Promise<void> {
      const ids = { org_id: ORG, resource_id };
      await opened.objects.removePrefix(incomingPrefix(ids));
      if (bytes) await opened.objects.put(`${incomingPrefix(ids)}by-test`, Readable.from([bytes]), 1_000_000);
      else await opened.objects.removePrefix(ownPrefix(ids));
    },
    /** Keys of what the store holds of a picture. */
    bytesOf: async (resource_id: string): Promise<string[]> => {
      const ids = { org_id: ORG, resource_id };
      const found = [await opened.objects.list(ownPrefix(ids), 10), await opened.objects.list(incomingPrefix(ids), 10)];
      return found.flat().map(({ key }) => key);
    },
    /** As the audit does, which finds the entry of that revision missing. */
    sendLost: (resource_id: string, revision: number) =>
      service.engine.send({ scope: { org_id: ORG }, resource_id }, () => ({ event: { type: 'INDEX_LOST', revision } }), {
        by: { kind: 'sweep', id: 'model' },
        request_id: null,
      }),
    async stop(): Promise<void> {
      held.letGo();
      await http.stop(100);
      await service.stop();
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
export type { Config };

/** Stands still until it is moved; pauses of the program itself pass as ever. */
function movedClock(): { clock: Clock; pass(ms: number): void } {
  const real = systemClock();
  let now = real.now();
  const read = () => now;
  const clock: Clock = { ...real, now: read, serviceTime: read, steady: read, setServiceTime: () => {}, setSkew: () => {} };
  return {
    clock,
    pass: (ms) => {
      now += ms;
    },
  };
}

type Held = { resource_id: string; job_id: string; open: () => void };
type Running = Run & { work: (work: Work) => void; ended: Promise<Json> };

/** Where runs wait for the test: at the queue, and at the beginning of their work. */
function heldRuns({ facts, tasks }: OpenedPorts) {
  const waiting = new Map<string, Held>();
  const running = new Map<string, Running>();
  let over = false;
  const tokenOf = async (resource_id: string, job: string): Promise<string | null> =>
    (await facts.instances.load(resource_id))?.instance.jobs[job]?.token ?? null;
  const wait = <Value>(what: string, among: Map<string, Value>, resource_id: string, job: string) =>
    until(
      `${job} of ${resource_id} ${what}`,
      async () => {
        const token = await tokenOf(resource_id, job);
        const found = token === null ? null : among.get(token);
        return token !== null && found ? { token, found } : null;
      },
      WAIT_MS,
    );
  return {
    queue: (real: Queue): Queue => ({
      ...real,
      take: () => null, // nothing begins unseen
      consume: (kind, concurrency, handle) =>
        real.consume(kind, concurrency, async (notification) => {
          const { task_id } = notification;
          const task = await tasks.get(task_id);
          if (task && !over)
            await new Promise<void>((open) => {
              waiting.set(task_id, { resource_id: task.resource_id, job_id: task.job_id, open });
            });
          waiting.delete(task_id);
          if (!over) await handle(notification);
        }),
    }),
    run(run: Run, real: () => Promise<Json>): Promise<Json> {
      if (over) return Promise.reject(new Error('the world ends'));
      let work: Running['work'] = () => {};
      const ended = new Promise<Work>((resolve) => {
        work = resolve;
      }).then((chosen) => {
        if (chosen === 'real') return real();
        if ('failure' in chosen) throw new StepError(chosen.failure);
        return chosen.output;
      });
      running.set(run.task_id, { ...run, work, ended });
      return ended;
    },
    /** Lets the run of a job go as it would by itself, whether a worker has it or not; resolves once its result is in. */
    async complete(resource_id: string, job: string): Promise<void> {
      let token = '';
      await until(`${job} is in the queue or runs`, async () => {
        token = (await tokenOf(resource_id, job)) ?? '';
        waiting.get(token)?.open();
        return running.has(token);
      });
      await this.finish(resource_id, job, 'real');
      await until(`the result of ${job} is in`, async () => (await tokenOf(resource_id, job)) !== token);
    },
    async accept(resource_id: string, job: string): Promise<void> {
      const { token, found } = await wait('is in the queue', waiting, resource_id, job);
      running.delete(token);
      found.open();
    },
    async finish(resource_id: string, job: string, work: Work): Promise<Json> {
      const { token, found } = await wait('runs', running, resource_id, job);
      running.delete(token);
      found.work(work);
      return found.ended.catch((error: unknown) => {
        if (work !== 'real') return null;
        throw error;
      });
    },
    letGo(): void {
      over = true;
      for (const { open } of waiting.values()) open();
      for (const { work } of running.values()) work({ output: null });
    },
  };
}
