/** The lifecycle put around its ports: an engine to send to, and what runs from start to stop. */
import { hostname } from 'node:os';
import { z } from 'zod';
import type { Json } from '../contract/json.ts';
import { STEP_KINDS, type StepKind } from '../contract/step-kinds.ts';
import { type ResourceLimits, TASK_LIMITS, type TaskLimits } from '../machines/limits.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { type Closers, createClosers } from '../runtime/async/closers.ts';
import { createCallbackCounts } from '../runtime/health/callback-counts.ts';
import { type Conditions, createConditions } from '../runtime/health/conditions.ts';
import { createParts } from '../runtime/health/parts.ts';
import { createPauses } from '../runtime/health/pauses.ts';
import { type Activity, createActivity } from '../runtime/health/step-activity.ts';
import { RUNTIME_LIMITS, type RuntimeLimits } from '../runtime/limits.ts';
import { createFeed } from '../runtime/outbox/feed.ts';
import { createRelay } from '../runtime/outbox/relay.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { PositionedMessage } from '../runtime/ports/outbox.ts';
import { createPeriodicJobs, type PeriodicJob, setClock } from '../runtime/recovery/periodic-jobs.ts';
import { createRetries } from '../runtime/recovery/retries.ts';
import { createServiceTime } from '../runtime/recovery/service-time.ts';
import { createSetAsides } from '../runtime/recovery/set-aside.ts';
import { createSweep } from '../runtime/recovery/sweep.ts';
import { createEngine, type Engine, type Origin } from '../runtime/resources/engine.ts';
import type { Lifecycle } from '../runtime/resources/lifecycle.ts';
import { createGates } from '../runtime/tasks/gates.ts';
import type { StepHandlers } from '../runtime/tasks/run-step.ts';
import type { StepLimits } from '../runtime/tasks/step-handler.ts';
import { createSuspects } from '../runtime/tasks/suspects.ts';
import { createTaskRunner } from '../runtime/tasks/task-runner.ts';
import { createWorker } from '../runtime/tasks/worker.ts';
import { createIndexWatch } from '../services/index/watch.ts';
import { resourceLifecycle, stepOf, taskLifecycle } from '../services/lifecycles.ts';
import { clearIncoming } from '../services/maintenance/clear-incoming.ts';
import { clearLeftovers } from '../services/maintenance/clear-leftovers.ts';
import { removeOld } from '../services/maintenance/retention.ts';
import { noteLaterVersions } from '../services/maintenance/stored-versions.ts';
import { remoteWork } from '../services/remote/remote-work.ts';
import { cleanUpStep, isAvailable, probeStep, resultWithoutRun, runStep } from '../services/steps/table.ts';
import type { Config } from './config.ts';
import { embedLacking } from './embed-lacking.ts';
import { nightlyJobs } from './nightly-verify.ts';
import type { Ports, World } from './open-ports.ts';
import { createOperatorRuns } from './operator-runs.ts';
import { createProcessHealth, type ProcessOf } from './process-health.ts';
import { reindexOutdated } from './reindex-outdated.ts';

/** An upright copy of so many pixels is what recognition gains by. */
const OCR_PIXELS = 16_000_000;
/** Runs take turns at the recogniser page by page: while long documents are read, short ones come in between. */
const OCR_RUNS_PER_WORKER = 2;
/** How often uploads that nobody will look at are cleared away, and how old they are by then: the last link has expired. */
const CLEAR_INTERVAL_MS = 10 * 60_000;
const INCOMING_KEPT_MS = 24 * 60 * 60_000;

/** What the payload of every message has. */
const Moved = z.object({ resource_id: z.string(), seq: z.number() });

export type ServiceOptions = {
  config: Pick<Config, Exclude<keyof StepLimits, 'ocr_pixels'> | 'ocr_workers'> &
    Partial<Pick<Config, 'ocr_in_flight' | 'verify_at' | 'verify_heal' | (typeof LIFE_SETTINGS)[number]>>;
  /** What the process says of itself; absent in tests. */
  process?: ProcessOf;
  /** The steps that run here; default all. */
  kinds?: readonly StepKind[];
  limits?: Partial<RuntimeLimits>;
  /** Overrides the configuration. */
  resource_limits?: Partial<ResourceLimits>;
  task_limits?: Partial<TaskLimits>;
  /** Another lifecycle, for a test with a fault in it. */
  lifecycle?: Lifecycle;
  /** Other step handlers, for a benchmark of everything around them. */
  services?: StepHandlers;
};

type Beginning = Parameters<typeof reindexOutdated>[0] & Parameters<typeof embedLacking>[0];
/** Jobs that begin runs by themselves. */
const beginningRuns = (
  begins: Omit<Beginning, 'index' | 'embedder'>,
  ports: Ports,
  { config }: ServiceOptions,
): PeriodicJob[] => [
  ...nightlyJobs(config, begins),
  reindexOutdated({ ...begins, ...ports }),
  embedLacking({ ...begins, ...ports }),
];

export function createService(ports: Ports, options: ServiceOptions, world: World) {
  const { clock, log, conditions = createConditions(world), parts = createParts(world), observer } = world;
  const { facts, tasks, queue, announcements } = ports;
  const limits = runtimeLimits(options);
  const service_limits = serviceLimits(options);
  const process_id = `${hostname()}-${process.pid}-${clock.randomUuid().slice(0, 8)}`.slice(-64);
  const origin = (kind: 'worker' | 'sweep'): Origin => ({ by: { kind, id: process_id }, request_id: null });
  const lifecycle = options.lifecycle ?? resourceLifecycle(resourceLimitsOf(options));
  const [activity, callback_counts] = [createActivity(clock, observer), createCallbackCounts(clock)];
  const deps = { facts, tasks, queue, announcements, clock, limits, log, conditions, parts, activity };
  const relay = createRelay(deps);
  const set_asides = createSetAsides({ ...deps, instances: facts.instances });
  const engine = createEngine({
    ...{ facts, clock, lifecycle, limits, log },
    ...{ notified: relay.nudge, unreadable: set_asides.report },
    resultWithoutRun: (job_id) => worker.local.resultWithoutRun(stepOf(job_id)),
  });
  const feed = createFeed(deps, notifyEngine(engine));
  const services = options.services ?? stepHandlers(ports, service_limits, { clock, engine });
  const { gates, pauses, runs, worker } = stepWork(ports, options, { ...deps, engine, services, origin: origin('worker') });
  engine.onJobs(worker.dispatch);
  engine.onMoved(({ org_id }, before, after) => activity.moved(org_id, before?.jobs ?? {}, after.jobs));
  const time = createServiceTime({ upkeep: facts.upkeep, clock, limits, log });
  const operator_runs = createOperatorRuns({ ...deps, ...ports, engine, lifecycle });
  const sweeping = { kernel: lifecycle.kernel, set_asides, runs, time, relay, origin: origin('sweep'), owner: process_id };
  const sweep = createSweep({ ...deps, ...sweeping, engine, rounds: { due_runs: operator_runs.round } });
  const watch = createIndexWatch({
    ...deps,
    ...{ index: ports.index, engine, origin: origin('sweep'), owner: process_id },
  });
  const later_versions = laterVersions(ports, { lifecycle, conditions, limits });
  const retried = retriesOf({ ...deps, engine, gates, probe: services.probe, origin: origin('sweep') }, options.kinds);
  const begins = { facts, runs: operator_runs, clock, log, owner: process_id };
  const of_service = [...periodicJobsOf(ports, limits, process_id, world), later_versions, retried];
  const jobs = [...of_service, ...beginningRuns(begins, ports, options)];
  const upkeep = createPeriodicJobs(jobs, { clock, log });
  const health = createProcessHealth({
    ...{ ...deps, callback_counts, process_id, gates, jobs: upkeep.list, kinds: options.kinds ?? STEP_KINDS },
    of: options.process ?? { role: 'serve', version: '' },
  });
  const closers = createClosers({ clock, log });
  return {
    engine,
    health,
    jobs: upkeep.list,
    parts,
    lifecycle,
    feed,
    sweep,
    runs,
    operator_runs,
    callback_counts,
    local_runs: worker.local,
    pauses,
    /** How many entries the index lacked at the start: see the watch. */
    audited: watch.first,
    context: { ...ports, clock, limits: service_limits },
    /** `into` receives the closer of each part; its owner closes it, also when this rejects. */
    async start(into: Closers = closers): Promise<void> {
      await setClock(clock, facts.upkeep.databaseTime);
      await time.tick();
      await set_asides.review();
      const alone = await isAlone(facts);
      await startInTurn(into, [
        ['the feed', feed.start, feed.stop],
        ['the relay', relay.start, relay.stop],
        ['the pauses of steps', pauses.start, pauses.stop],
        ['questions to providers', () => {}, runs.stop],
        ['the worker', () => worker.start(options.kinds), worker.stop],
        ['runs of operators', () => {}, operator_runs.close],
        ['the sweep', () => sweep.start(alone), sweep.stop],
        ['the watch over the index', () => watch.start(alone), watch.stop],
        ['upkeep', upkeep.start, upkeep.stop],
        ['the row of the process', health.start, health.stop],
      ]);
    },
    /** Stops a service that was started without closers: running work ends or is handed back; the ports stay open. */
    stop: () => closers.close(),
  };
}

type WorkDeps = Omit<Parameters<typeof createTaskRunner>[0], 'lifecycle' | 'remote' | 'isAvailable' | 'runsHere'> & {
  services: StepHandlers;
  activity: Activity;
};
/** What runs the steps here. */
function stepWork({ facts, run_marks: marks }: Ports, options: ServiceOptions, deps: WorkDeps) {
  const { services, clock, limits } = deps;
  const task_limits = { ...TASK_LIMITS, ...options.task_limits };
  const { give_up_ms, outage_pause_ms } = task_limits;
  const gates = createGates({ ...deps, isAvailable: services.isAvailable, outage: { give_up_ms, outage_pause_ms } });
  const pauses = createPauses({ ...deps, step_pauses: facts.step_pauses, hold: gates.pause });
  const runs = createTaskRunner({
    ...deps,
    lifecycle: taskLifecycle(options.task_limits),
    remote: services.remote ?? null,
    isAvailable: (kind) => services.isAvailable(kind) && gates.isOpen(kind),
    runsHere: (task_id) => worker.local.has(task_id),
  });
  const suspects = marks && createSuspects({ marks, clock, gather_ms: limits.suspects_gather_ms, limits: task_limits });
  const worker = createWorker({ ...deps, runs, gates, suspects });
  return { gates, pauses, runs, worker };
}

type Part = [name: string, start: () => unknown, stop: () => unknown];
/** Starts the parts in order. A part whose start fails halfway is stopped too. */
async function startInTurn(into: Closers, parts: Part[]): Promise<void> {
  for (const [name, start, stop] of parts) {
    into.add(name, stop);
    await start();
  }
}

/** Notifies callers that wait in this process for a picture of every commit, of any process. */
const notifyEngine =
  (engine: Engine) =>
  ({ payload }: PositionedMessage): void => {
    const moved = Moved.safeParse(payload);
    if (moved.success) engine.notifyMoved(moved.data.resource_id, moved.data.seq);
  };

/** Settings of the lifecycle of pictures. */
const LIFE_SETTINGS = [
  'upload_deadline_ms',
  'metadata_deadline_ms',
  'trash_retention_ms',
  'rejected_retention_ms',
  'expired_retention_ms',
] as const satisfies (keyof Config & keyof ResourceLimits)[];
function resourceLimitsOf({ config, resource_limits }: ServiceOptions): Partial<ResourceLimits> {
  const configured = LIFE_SETTINGS.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]]));
  return { ...Object.fromEntries(configured), ...resource_limits };
}
function runtimeLimits({ config, limits }: ServiceOptions): RuntimeLimits {
  const { ocr_workers, ocr_in_flight: in_flight = RUNTIME_LIMITS.in_flight } = config;
  const concurrency = { ...RUNTIME_LIMITS.concurrency, ocr: ocr_workers * OCR_RUNS_PER_WORKER };
  return { ...RUNTIME_LIMITS, concurrency, in_flight, ...limits };
}
function serviceLimits({ config }: ServiceOptions): StepLimits {
  const { max_bytes, max_pixels, max_pages, max_document_pixels, decode_time_limit_ms, document_time_limit_ms } = config;
  const of_file = { max_bytes, max_pixels, max_pages, max_document_pixels };
  return { ...of_file, decode_time_limit_ms, document_time_limit_ms, ocr_pixels: OCR_PIXELS };
}

type LaterVersionDeps = { lifecycle: Lifecycle; conditions: Conditions; limits: RuntimeLimits };
const laterVersions = ({ facts }: Ports, { lifecycle, conditions, limits }: LaterVersionDeps): PeriodicJob => ({
  name: 'later_versions',
  interval_ms: limits.later_versions_interval_ms,
  work: () => noteLaterVersions(facts.instances, lifecycle.kernel, conditions),
});

function retriesOf(parts: Parameters<typeof createRetries>[0], kinds: readonly StepKind[] = STEP_KINDS): PeriodicJob {
  const retries = createRetries(parts);
  const name = 'retries';
  return { name, interval_ms: parts.limits.retry_interval_ms, work: () => retries.once(kinds) };
}

function periodicJobsOf(ports: Ports, limits: RuntimeLimits, owner: string, { clock, log }: World): PeriodicJob[] {
  const { facts } = ports;
  let after: string | null = null;
  const clear = async () => {
    after = (await clearIncoming(ports, clock.steady() - INCOMING_KEPT_MS, after)).next;
  };
  const leftovers = () => clearLeftovers({ ...ports, clock, log }, limits.cleanup_batch);
  const prune = () => removeOld({ facts, clock, limits, owner });
  return [
    { name: 'clock', interval_ms: limits.clock_interval_ms, work: () => setClock(clock, facts.upkeep.databaseTime) },
    { name: 'old_uploads', interval_ms: CLEAR_INTERVAL_MS, work: clear },
    { name: 'leftovers', interval_ms: limits.cleanup_interval_ms, work: leftovers },
    { name: 'retention', interval_ms: limits.prune_interval_ms, work: prune },
  ];
}

/** True if the database is in this process: then no other process shares anything. */
const isAlone = async ({ upkeep }: Facts): Promise<boolean> => (await upkeep.databaseTime()) === null;

/**
 * Every input of a step names its resource; the token of a pending job is in the instance. Read anew where other processes move it too;
 * else what this one has committed last is what is stored, and looks before and after each file that a step writes cost nothing.
 */
async function isStillWanted({ facts, engine, alone }: Wanting, input: Json, token: string): Promise<boolean> {
  const { resource_id } = OfResource.parse(input);
  if (alone) return engine.isPending(resource_id, token);
  const stored = await facts.instances.load(resource_id);
  return Object.values(stored?.instance.jobs ?? {}).some((job) => job.token === token);
}
type Wanting = { facts: Facts; engine: Engine; alone: boolean };
const OfResource = z.object({ resource_id: z.string() });

function stepHandlers(ports: Ports, limits: StepLimits, { clock, engine }: { clock: Clock; engine: Engine }): StepHandlers {
  const { facts } = ports;
  let alone: boolean | null = null;
  return {
    run: ({ kind, input, ...run }) => {
      const wanted = async () => {
        alone ??= await isAlone(facts);
        return isStillWanted({ facts, engine, alone }, input, run.task_id);
      };
      return runStep(kind, input, { ...ports, ...run, clock, limits, isWanted: wanted });
    },
    withoutRun: (kind) => resultWithoutRun(kind, ports),
    cleanUp: ({ kind, input, ...run }, output) => cleanUpStep(kind, output, input, { ...ports, ...run, clock, limits }),
    isAvailable: (kind) => isAvailable(kind, ports),
    probe: (kind, signal) => probeStep(kind, ports, signal),
    remote: remoteWork({ ...ports, clock, limits }),
  };
}
