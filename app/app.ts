/** The composition root: a whole process of the service, from its ports to its end. `serve` and `worker` differ in the HTTP server only. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { failureOf } from '../contract/failures.ts';
import type { Callbacks, SignedLinks, StorageEvents } from '../http/context.ts';
import { HTTP_LIMITS, type HttpLimits } from '../http/limits.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import { readWebFiles } from '../http/web/files.ts';
import { isOurCallback, verifyLink } from '../persistence/folder/links.ts';
import { writePrivate } from '../persistence/folder/private-file.ts';
import { closeFolder } from '../persistence/folder/private-folder.ts';
import { SERVICE_FILE } from '../persistence/folder/service-file.ts';
import { callbackVerifier } from '../providers/remote-ocr/signature.ts';
import type { NewKey } from '../runtime/accounts/api-keys.ts';
import { makeLogin } from '../runtime/accounts/sessions.ts';
import { secretsOf } from '../runtime/accounts/signer.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { type Closers, closeOnFailure, createClosers } from '../runtime/async/closers.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import { createConditions } from '../runtime/health/conditions.ts';
import { createParts } from '../runtime/health/parts.ts';
import { processLog } from '../runtime/health/process-log.ts';
import { readinessOf } from '../runtime/health/readiness.ts';
import { RUNTIME_LIMITS } from '../runtime/limits.ts';
import { createNearness } from '../runtime/search/nearness.ts';
import { StepError } from '../runtime/tasks/step-handler.ts';
import { explainer } from '../services/explain/explain.ts';
import { previewTurner } from '../services/formats/turned-preview.ts';
import { prepareIndex } from '../services/index/rebuild.ts';
import { callbackReceiver } from '../services/remote/callbacks.ts';
import { DEFAULT_ORGANISATION, firstKey, localKey } from './bootstrap-keys.ts';
import { type Config, checkTogether } from './config.ts';
import { createService, type ServiceOptions } from './create-service.ts';
import { listenError } from './listen.ts';
import { drawnMachines } from './machines.ts';
import { createMetrics } from './metrics/metrics.ts';
import { type OpenedPorts, openPorts } from './open-ports.ts';
import { partQuestions } from './part-questions.ts';
import { serveHealth, serveMetrics } from './small-ports.ts';

/** `first_key`: only at the first start. `local_key`: for commands on this machine, until the service stops. */
export type App = {
  url: string;
  first_key: string | null;
  local_key: string;
  /** A login token for the first administrator; null if that user is revoked. */
  login(): Promise<string | null>;
  /** Prepares OCR, so that the first picture does not wait for it. */
  warm(): Promise<void>;
  /** Resolves once the index was compared with the facts and repaired: to the number of entries that it lacked. */
  audited: Promise<number>;
  /** Aborted, with the reason, when another process has taken what this one works on: it must stop, and not be started again. */
  taken: AbortSignal;
  /** Closes all that was opened, each part within a limit. Rejects with StopFailed once each was tried. */
  stop(): Promise<void>;
};

/** A process without HTTP. */
export type WorkerApp = Pick<App, 'warm' | 'taken' | 'stop'>;

/** For tests: `ports`, others in place of some of those that were opened; `closers`, others in place of those that were made. */
export type AppOptions = Partial<ServiceOptions> & {
  ports?: (opened: OpenedPorts) => OpenedPorts;
  closers?: (made: Closers) => Closers;
};

/** Clock, log, conditions and parts, made before the first of them is opened. `ready`: it has started, and does not stop yet. */
function createFoundation(
  config: Config,
  of: { role: string; version: string },
  { closers: changed = (same) => same, lifecycle }: AppOptions,
) {
  const clock = systemClock();
  const log = processLog(config.log_level);
  const conditions = createConditions({ clock, log });
  const parts = createParts({ clock, log });
  const taken = new AbortController();
  const kernels = lifecycle && [lifecycle.kernel];
  const lost = (reason: Error) => taken.abort(reason);
  // `serve` always has them, for a key; a worker has no other port.
  const metrics = of.role === 'serve' || config.metrics_listen ? createMetrics(of) : null;
  const observer = metrics ? { observer: metrics.observer } : {};
  const world = { clock, log, conditions, parts, lost, ...observer, ...(kernels ? { kernels } : {}) };
  const closers = changed(createClosers(world));
  if (metrics) closers.add('metrics', async () => metrics.close());
  return { metrics, world, taken: taken.signal, ready: { is: false }, closers };
}
type Foundation = ReturnType<typeof createFoundation>;

/** The common part of `serve` and `worker`: the ports, and the service around them. */
async function compose(
  config: Config,
  { role, version, public_url }: { role: string; version: string; public_url: () => string },
  { world, closers, metrics }: Foundation,
  { ports: changed = (same) => same, closers: _, ...options }: AppOptions,
) {
  const { clock, log } = world;
  if (metrics) await serveMetrics(config, metrics, { log, closers });
  await closeDataFolder(config, log);
  const ports = changed(await openPorts(config, public_url, world, closers));
  await withTimeout({ clock, limit_ms: INDEX_LIMIT_MS, onTimeout: indexSilent }, async () => {
    await prepareIndex({ ...ports, clock });
  }).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
    log.warn({ event: 'index.unavailable', err: error }, 'the search index is unavailable; pictures wait for it');
  });
  const of = { role, version, questions: partQuestions(config, ports) };
  const service = createService(ports, { config, kinds: config.worker_kinds, process: of, ...options }, world);
  const { feed, jobs, parts } = service;
  metrics?.reads({ ...ports, feed, jobs, parts, clock });
  const warm = async () => {
    if (!config.worker_kinds.includes('ocr')) return;
    await ports.recogniser
      .ready()
      .catch((error: unknown) => log.error({ event: 'ocr.not_ready', err: error }, 'the OCR engine could not get ready'));
  };
  return { ports, service, warm };
}

async function closeDataFolder({ data_dir }: Config, log: Logger): Promise<void> {
  const { changed, warnings } = await closeFolder(data_dir);
  if (changed > 0)
    log.warn(
      { event: 'data_folder.closed', changed },
      `the data folder ${data_dir} could be read by other users; it is closed to them now`,
    );
  for (const warning of warnings) log.warn({ event: 'data_folder.warning' }, warning);
}

export async function startWorker(config: Config, version: string, options: AppOptions = {}): Promise<WorkerApp> {
  checkTogether(config, 'worker');
  const base = createFoundation(config, { role: 'worker', version }, options);
  const { closers, taken, ready } = base;
  return closeOnFailure(closers, async () => {
    await serveHealth(config, version, base);
    const { service, warm } = await compose(
      config,
      { role: 'worker', version, public_url: () => config.public_url ?? '' },
      base,
      options,
    );
    await service.start(closers);
    ready.is = true;
    const stop = () => {
      ready.is = false;
      return closers.close();
    };
    return { warm, taken, stop };
  });
}

export async function startApp(config: Config, version: string, options: AppOptions = {}): Promise<App> {
  checkTogether(config, 'serve');
  const base = createFoundation(config, { role: 'serve', version }, options);
  const { closers, taken, world, metrics } = base;
  const { clock } = world;
  return closeOnFailure(closers, async () => {
    let address = '';
    const public_url = () => config.public_url ?? address;
    const { ports, service, warm } = await compose(config, { role: 'serve', version, public_url }, base, options);
    const http = httpOf({ config, version, public_url, world, metrics, ports, service });
    const local: { key: NewKey | null } = { key: null };
    closers.add('the key for commands on this machine', async () => {
      if (local.key) await ports.facts.accounts.revokeKey(DEFAULT_ORGANISATION, local.key.key_id, clock.now());
    });
    await service.start(closers);
    closers.add('the HTTP server', () => http.stop(RUNTIME_LIMITS.stop_grace_ms));
    const { host, port } = config.listen;
    const listening = await http.listen(host, port).catch(async (error: unknown) => {
      throw await listenError(error, config.listen);
    });
    address = `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`;
    local.key = await localKey(ports.facts, clock, config.data_dir);
    const known = await ports.facts.accounts.key(local.key.key_id);
    if (known) http.remember(known);
    const service_file = path.join(config.data_dir, SERVICE_FILE);
    closers.add(SERVICE_FILE, () => rm(service_file, { force: true }));
    await writePrivate(service_file, JSON.stringify({ url: address, api_key: local.key.text, pid: process.pid }));
    const keys = { first_key: (await firstKey(ports.facts, clock))?.text ?? null, local_key: local.key.text };
    const login = () => makeLogin({ facts: ports.facts, clock }, DEFAULT_ORGANISATION);
    return { url: address, ...keys, login, warm, audited: service.audited, taken, stop: () => closers.close() };
  });
}

type Served = Pick<Foundation, 'world' | 'metrics'> & {
  config: Config;
  version: string;
  public_url: () => string;
  ports: OpenedPorts;
  service: Service;
};
const httpOf = ({
  config,
  version,
  public_url,
  world: { clock, log, conditions, parts },
  metrics,
  ports,
  service,
}: Served): HttpServer =>
  createHttpServer({
    ...{
      ...ports,
      engine: service.engine,
      runs: service.operator_runs,
      report: service.health,
      feed: service.feed,
      clock,
      log,
      version,
      public_url,
      ...(metrics ? { metrics, observer: metrics.observer } : {}),
    },
    limits: httpLimits(config),
    rates: config.rate_limits ? ports.rates : null,
    links: linksOf(ports),
    callbacks: callbacksOf(config, ports, service, log),
    explain: explainer({
      ...{ ...ports, clock, log, local_runs: service.local_runs, pauses: service.pauses },
      ...{ required_metadata: config.required_metadata, kernel: service.lifecycle.kernel },
    }),
    pauses: service.pauses,
    engines: () => ports.recogniser.orderable ?? [],
    machines: drawnMachines,
    nearness: createNearness({ ...ports, clock }),
    turnedPreview: previewTurner(ports.objects),
    storage_events: storageEventsOf(config),
    required_metadata: config.required_metadata,
    web: readWebFiles(WEB_FOLDER),
    store_origin: storeOriginOf(config),
    public_url_is_guessed: config.public_url === undefined,
    cors_origins: config.cors_origins,
    trusted_proxies: config.trusted_proxies,
    parts,
    readiness: () => readinessOf(parts, conditions),
  });

/** Beside the compiled program; from the sources, the last build. */
const WEB_FOLDER = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../dist/web/' : '../web/', import.meta.url));
/** Where a browser follows links to, when pictures are on S3. */
function storeOriginOf({ s3_bucket: bucket, s3_public_endpoint, s3_endpoint, s3_path_style, s3_region }: Config): string | null {
  if (!bucket) return null;
  const { protocol, host } = new URL(s3_public_endpoint ?? s3_endpoint ?? `https://s3.${s3_region}.amazonaws.com`);
  return s3_path_style ? `${protocol}//${host}` : `${protocol}//${bucket}.${host}`;
}

const httpLimits = (config: Config): HttpLimits => {
  const { max_bytes, max_pages, max_pixels, key_points, address_points, quota_pictures, quota_bytes } = config;
  return { ...HTTP_LIMITS, max_bytes, max_pages, max_pixels, key_points, address_points, quota_pictures, quota_bytes };
};

const linksOf = ({ signer, store_links: store }: OpenedPorts): SignedLinks => ({
  sign: signer.sign,
  verify: (parts, signature, time) => verifyLink(signer, parts, signature, time),
  store,
});

type Service = ReturnType<typeof createService>;
/** Callbacks of a remote engine with a configured secret; null without one. */
function callbacksOf(config: Config, { signer }: OpenedPorts, service: Service, log: Logger): Callbacks | null {
  const { context, runs, callback_counts: counts } = service;
  const { ocr_callback_secret: current, ocr_callback_secret_previous: previous } = config;
  if (!current || !context.recogniser.remote) return null;
  const isOurs = isOurCallback(signer);
  const verifier = callbackVerifier({ current, previous }, context.clock.now);
  return { counts, ...verifier, ...callbackReceiver({ context, runs, isOurs, log }) };
}
const storageEventsOf = (config: Config): StorageEvents | null => {
  const { s3_events_token: current, s3_events_token_previous: previous, s3_bucket: bucket } = config;
  return current && bucket ? { tokens: secretsOf({ current, previous }), bucket } : null;
};

/** How long a start waits for an index that does not answer; every later call prepares it where it must. */
const INDEX_LIMIT_MS = 5_000;
const indexSilent = () => new StepError(failureOf('PROVIDER_UNAVAILABLE', 'the search index does not answer yet'));
const isUnavailable = (error: unknown) => error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE';
