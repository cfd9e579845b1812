/**
 * The composition root. `openPorts` opens the stores and engines that the configuration names; `createService` puts the lifecycle
 * around them; `startApp` does both for a process. Embedded and server mode differ here and in config.ts only.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Logger, pino } from 'pino';
import { type Config, SERVICE_FILE } from './config.ts';
import type { Links } from './http/deps.ts';
import { makeKey, type NewKey } from './http/keys.ts';
import { HTTP_LIMITS } from './http/limits.ts';
import { createHttpServer } from './http/server.ts';
import type { ResourceLimits, TaskLimits } from './machines/limits.ts';
import { sign, verifyLink } from './persistence/folder/links.ts';
import { type FolderObjects, openFolderObjects } from './persistence/folder/objects.ts';
import { memoryQueue } from './persistence/memory/queue.ts';
import { memoryTasks } from './persistence/memory/tasks.ts';
import { openSqliteFacts } from './persistence/sqlite/facts.ts';
import { lockFolder } from './persistence/sqlite/lock.ts';
import { openSqliteIndex } from './persistence/sqlite-index/open.ts';
import { hashedNgrams } from './providers/hashed-ngrams.ts';
import { tesseractPool } from './providers/tesseract/pool.ts';
import { type Clock, systemClock } from './runtime/clock.ts';
import { createEngine, type Engine, type Origin } from './runtime/engine.ts';
import type { Lifecycle } from './runtime/lifecycle.ts';
import { RUNTIME_LIMITS, type RuntimeLimits } from './runtime/limits.ts';
import type { Embedder, Queue, Recogniser, SearchIndex, Tasks } from './runtime/ports.ts';
import type { Facts } from './runtime/ports-facts.ts';
import { createRuns, type Runs } from './runtime/runs.ts';
import type { ServiceLimits } from './runtime/service.ts';
import { createSweep } from './runtime/sweep.ts';
import { createWorker, type StepServices } from './runtime/worker.ts';
import { auditIndex } from './services/audit-index.ts';
import { clearIncoming } from './services/clear-incoming.ts';
import { remoteWork } from './services/remote.ts';
import { resourceLifecycle, taskLifecycle } from './services/resource-lifecycle.ts';
import { isReachable, runStep, tidyStep } from './services/steps.ts';

/** The organisation and the user that the first start makes. */
export const DEFAULT_ORGANISATION = { org_id: 'default', name: 'default', user_id: 'admin', user_name: 'admin' };
/** An upright copy of so many pixels is what recognition gains by. */
const OCR_PIXELS = 16_000_000;
/** A thread of the OCR engine keeps what it once took: a new one after so many pages. */
const PAGES_PER_OCR_WORKER = 200;

/** How often uploads that nobody will look at are cleared away, and how old they are by then: the last link has expired. */
const CLEAR_INTERVAL_MS = 10 * 60_000;
const INCOMING_KEPT_MS = 24 * 60 * 60_000;

export type Ports = {
  facts: Facts;
  tasks: Tasks;
  queue: Queue;
  objects: FolderObjects;
  index: SearchIndex;
  recogniser: Recogniser;
  embedder: Embedder;
};
export type World = { clock: Clock; log: Logger };

/** All ports of a data folder, which nobody else may use meanwhile. Throws FolderInUse. */
export async function openPorts(
  config: Config,
  public_url: () => string,
  { clock, log }: World,
): Promise<Ports & { close(): Promise<void>; secret: string }> {
  const folder = (name: string) => path.join(config.data_dir, name);
  const lock = lockFolder(config.data_dir);
  const opened: { close(): Promise<void> }[] = [];
  const keep = <Port extends { close(): Promise<void> }>(port: Port): Port => {
    opened.unshift(port);
    return port;
  };
  const close = async () => {
    for (const port of opened) await port.close();
    lock.release();
  };
  try {
    const secret = config.link_secret ?? (await keptSecret(folder('link-secret')));
    const facts = keep(await openSqliteFacts(config.data_dir));
    const index = keep(await openSqliteIndex(folder('search.sqlite'), { clock }));
    const objects = keep(await openFolderObjects({ dir: folder('objects'), public_url, secret, clock }));
    const recogniser = keep(
      tesseractPool({
        workers: config.ocr_workers,
        page_time_limit_ms: config.ocr_page_time_limit_ms,
        pages_per_worker: PAGES_PER_OCR_WORKER,
        language_dir: folder('languages'),
        clock,
        log: (event, detail) => log.debug(detail, event),
      }),
    );
    const tasks = keep(memoryTasks());
    const queue = memoryQueue({ clock, most_waiting: RUNTIME_LIMITS.queue_waiting });
    return { facts, tasks, queue, objects, index, recogniser, embedder: hashedNgrams(), secret, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Made at the first start: links given out before a restart still hold after it. */
async function keptSecret(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => null); // the first start
  if (kept !== null) return kept.trim();
  const secret = randomBytes(32).toString('base64url');
  await writeFile(file, secret, { mode: 0o600, flag: 'wx' });
  return secret;
}

export type ServiceOptions = {
  config: Pick<Config, 'max_bytes' | 'max_pixels' | 'ocr_workers'>;
  limits?: Partial<RuntimeLimits>;
  resource_limits?: Partial<ResourceLimits>;
  task_limits?: Partial<TaskLimits>;
  /** Another lifecycle: of a test, with something wrong in it. */
  lifecycle?: Lifecycle;
  /** Other work of the steps: of a bench, that measures what is around it. */
  services?: StepServices;
};

/** The lifecycle around its ports: an engine to send to, and a worker and a sweep that run from start to stop. */
export function createService(ports: Ports, options: ServiceOptions, { clock, log }: World) {
  const { facts, tasks, queue } = ports;
  const { max_bytes, max_pixels, ocr_workers } = options.config;
  const concurrency = { ...RUNTIME_LIMITS.concurrency, ocr: ocr_workers };
  const limits: RuntimeLimits = { ...RUNTIME_LIMITS, concurrency, ...options.limits };
  const process_id = `${process.pid}-${clock.nonce().slice(0, 8)}`;
  const origin = (kind: 'worker' | 'sweep'): Origin => ({ by: { kind, id: process_id }, request_id: null });
  const lifecycle = options.lifecycle ?? resourceLifecycle(options.resource_limits);
  const engine: Engine = createEngine({ facts, clock, lifecycle, limits, log, dispatch: (owed) => runs.dispatch(owed) });
  const task_lifecycle = taskLifecycle(options.task_limits);
  const service_limits = { max_bytes, max_pixels, ocr_pixels: OCR_PIXELS };
  const services = options.services ?? realServices(ports, service_limits, clock);
  const runs: Runs = createRuns({
    tasks,
    queue,
    engine,
    lifecycle: task_lifecycle,
    clock,
    limits,
    log,
    origin: origin('worker'),
    remote: services.remote ?? null,
    reachable: services.reachable,
  });
  const worker = createWorker({
    ...{ tasks, queue, engine, runs, clock, limits, log },
    services,
  });
  let clearing: { cancel(): void } | null = null;
  /** Uploads that nobody will look at any more are cleared away from time to time. */
  const clear = (): void => {
    clearing = clock.after(CLEAR_INTERVAL_MS, () => {
      clearIncoming(ports, clock.wall() - INCOMING_KEPT_MS)
        .catch((error: unknown) => log.warn({ err: error }, 'uploads were not cleared away'))
        .finally(clear);
    });
  };
  const sweep = createSweep({ facts, tasks, engine, runs, clock, limits, log, origin: origin('sweep') });
  return {
    engine,
    sweep,
    runs,
    async start(): Promise<void> {
      clock.standStill(await facts.upkeep.offset());
      worker.start();
      sweep.start();
      clear();
    },
    /** Work in hand ends or is handed back; the ports stay open. */
    async stop(): Promise<void> {
      clearing?.cancel();
      await sweep.stop();
      await worker.stop();
      await runs.stop();
    },
  };
}

const realServices = (ports: Ports, limits: ServiceLimits, clock: Clock): StepServices => ({
  run: ({ kind, input, ...run }) => runStep(kind, input, { ...ports, ...run, clock, limits }),
  tidy: ({ kind, input, ...run }, output) => tidyStep(kind, output, input, { ...ports, ...run, clock, limits }),
  reachable: (kind) => isReachable(kind, ports),
  remote: remoteWork({ ...ports, clock, limits }),
});

/** `first_key`: of the first start only. `local_key`: for commands on this machine, until the service stops. */
export type App = {
  url: string;
  first_key: string | null;
  local_key: string;
  /** Gets ready to recognise, so that the first picture does not wait for it. */
  warm(): Promise<void>;
  stop(): Promise<void>;
};

export async function startApp(config: Config, version: string, options: Partial<ServiceOptions> = {}): Promise<App> {
  const clock = systemClock();
  const log = pino({ level: config.log_level, base: undefined }, pino.destination({ dest: 2, sync: false }));
  await mkdir(config.data_dir, { recursive: true });
  let address = '';
  const public_url = () => config.public_url ?? address;
  const world = { clock, log };
  const ports = await openPorts(config, public_url, world);
  const service = createService(ports, { config, ...options }, world);
  const keys = await firstKeys(ports.facts, clock);
  const http = createHttpServer({
    ...{ ...ports, engine: service.engine, clock, log, version, public_url },
    limits: { ...HTTP_LIMITS, max_bytes: config.max_bytes },
    links: linksOf(ports.secret, ports.objects),
    callbacks: null,
    required_metadata: config.required_metadata,
    cors_origins: config.cors_origins,
    readiness: () => readinessOf(ports),
  });
  await service.start();
  const { host, port } = config.listen;
  const service_file = path.join(config.data_dir, SERVICE_FILE);
  try {
    address = `http://${host.includes(':') ? `[${host}]` : host}:${(await http.listen(host, port)).port}`;
    await writeFile(service_file, JSON.stringify({ url: address, api_key: keys.local.text, pid: process.pid }), { mode: 0o600 });
  } catch (error) {
    await service.stop();
    await ports.close();
    throw error;
  }
  const stopping = new AbortController();
  const { engine } = service;
  const audited = auditIndex({ ...ports, engine }, DEFAULT_ORGANISATION, AUDIT, stopping.signal)
    .then((lost) => lost > 0 && log.warn({ lost }, 'the index lacked entries; they are being made again'))
    .catch((error: unknown) => log.error({ err: error }, 'the index was not compared with the facts'));
  return {
    url: address,
    warm: () => ports.recogniser.ready().catch((error: unknown) => log.error({ err: error }, 'recognition is not ready')),
    first_key: keys.first?.text ?? null,
    local_key: keys.local.text,
    async stop() {
      stopping.abort();
      await audited;
      await rm(service_file, { force: true });
      await http.stop(RUNTIME_LIMITS.stop_grace_ms);
      await service.stop();
      await ports.facts.accounts.revokeKey(DEFAULT_ORGANISATION, keys.local.key_id, clock.wall());
      await ports.close();
    },
  };
}

const linksOf = (secret: string, store: FolderObjects): Links => ({
  sign: (parts) => sign(secret, parts),
  verify: (parts, signature, time) => verifyLink(secret, parts, signature, time),
  store,
});

async function readinessOf({ facts, index }: Ports) {
  const checks: Record<string, { ok: boolean; detail?: string }> = {};
  for (const [name, port] of Object.entries({ facts, index }))
    checks[name] = await port.ping().then(
      () => ({ ok: true }),
      (error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }),
    );
  return { ready: Object.values(checks).every(({ ok }) => ok), checks };
}

/** The organisation `default` with an admin key, once; and a key for commands on this machine, anew at each start. */
async function firstKeys({ accounts }: Facts, clock: Clock): Promise<{ first: NewKey | null; local: NewKey }> {
  const at = clock.wall();
  await accounts.ensure({ ...DEFAULT_ORGANISATION, at });
  const { org_id, user_id } = DEFAULT_ORGANISATION;
  const known = await accounts.keys({ org_id }, MOST_KEYS);
  for (const { name, key_id, revoked_at } of known)
    if (name === LOCAL && revoked_at === null) await accounts.revokeKey({ org_id }, key_id, at); // of a process that was killed
  const added = async (name: string): Promise<NewKey> => {
    const key = makeKey(clock);
    const { key_id, secret_hash } = key;
    await accounts.addKey({ key_id, org_id, user_id, name, role: 'admin', secret_hash, created_at: at, revoked_at: null });
    return key;
  };
  const first = known.some(({ name }) => name !== LOCAL) ? null : await added('first');
  return { first, local: await added(LOCAL) };
}
const LOCAL = 'local';
const MOST_KEYS = 1_000;
const AUDIT: Origin = { by: { kind: 'sweep', id: null }, request_id: null };
