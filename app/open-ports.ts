/**
 * The stores and engines that the configuration names. Embedded and server mode differ here and in config.ts only.
 * Adapters of servers are loaded when they are named, so that nobody else pays for them.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Logger } from 'pino';
import type { StoreLinks } from '../http/context.ts';
import { SECRET_FILE } from '../persistence/backup/manifest.ts';
import { checkRestored } from '../persistence/backup/mark.ts';
import { openFolderObjects } from '../persistence/folder/objects.ts';
import { readPrivate, UnsafeFile, writePrivate } from '../persistence/folder/private-file.ts';
import { migrateSqliteFacts, openSqliteFacts, readSqliteFacts } from '../persistence/sqlite/facts.ts';
import { lockFolder } from '../persistence/sqlite/lock.ts';
import { loadThread, type StartThread } from '../persistence/sqlite-index/client.ts';
import { openSqliteIndex } from '../persistence/sqlite-index/open.ts';
import { createSigner, type Signer } from '../runtime/accounts/signer.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { type Closers, closeOnFailure, createClosers } from '../runtime/async/closers.ts';
import type { Conditions } from '../runtime/health/conditions.ts';
import type { Observer } from '../runtime/health/observer.ts';
import type { Parts } from '../runtime/health/parts.ts';
import type { Announcements } from '../runtime/ports/announcements.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { Objects } from '../runtime/ports/objects.ts';
import { type Embedder, isAbsent, type Recogniser } from '../runtime/ports/providers.ts';
import type { Queue } from '../runtime/ports/queue.ts';
import type { Rates } from '../runtime/ports/rates.ts';
import type { RunMarks } from '../runtime/ports/run-marks.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import type { Tasks } from '../runtime/ports/tasks.ts';
import { liveIndex } from '../services/index/rebuild.ts';
import { STORED_MACHINES } from '../services/lifecycles.ts';
import { checkStored, type Kernel, type LookedAt, storedStates } from '../services/maintenance/stored-versions.ts';
import { type Config, ConfigError, inProcess } from './config.ts';
import { loadElasticsearch } from './load-elasticsearch.ts';
import { certificatesOf, checkKeys, mysqlOf, named, told, watched } from './open-credentials.ts';
import { embedderOf } from './open-embedder.ts';
import { recogniserOf } from './open-recogniser.ts';
import { workOf } from './open-work.ts';
import { secretFault } from './secrets.ts';

/** Bytes of a generated secret: 256 bits, as the HMAC has. */
const SECRET_BYTES = 32;

/** Name of a condition. */
const PRESENCE = 'database_presence';

export type Ports = {
  facts: Facts;
  tasks: Tasks;
  queue: Queue;
  announcements: Announcements;
  objects: Objects;
  index: SearchIndex;
  recogniser: Recogniser;
  embedder: Embedder;
  /** Absent: tasks outlive the process. */
  run_marks?: RunMarks | undefined;
};
/**
 * `lost`: called with the reason when another process has taken over what this one works on: it must stop. `conditions`: of the whole
 * process; without it none are recorded. `parts`: the states of its parts, likewise. `observer`: who counts; absent: nobody. `kernels`: other machines than this program's, for a test.
 */
export type World = {
  clock: Clock;
  log: Logger;
  lost?: (reason: Error) => void;
  conditions?: Conditions;
  parts?: Parts;
  observer?: Observer;
  kernels?: readonly Kernel[];
};

/** `store_links`: of a store that serves its links itself. `signer`: of our own links. */
export type OpenedPorts = Ports & {
  rates: Rates;
  close(): Promise<void>;
  signer: Signer;
  store_links: StoreLinks | null;
};

/** The facts alone: for commands that work beside a running service. */
export async function openFacts(config: Config, world: Pick<World, 'clock'> & Partial<World>): Promise<Facts> {
  const { database_url, data_dir } = config;
  const { clock, log } = world;
  const logging = log ? { log } : {};
  if (database_url === undefined) return openSqliteFacts(data_dir, { ...logging, ...told(world, 'database') });
  const { openMysqlFacts } = await import('../persistence/mysql/facts.ts');
  return named(() => openMysqlFacts({ ...mysqlOf(config, database_url), ...watched(world, 'database'), clock, ...logging }));
}

/** Names of migrations: see the adapters. */
export async function migrateFacts(config: Config, clock: Clock, check: boolean): Promise<string[]> {
  const { database_url: url, data_dir } = config;
  if (url === undefined) return migrateSqliteFacts(data_dir, check);
  const { migrateMysqlFacts } = await import('../persistence/mysql/facts.ts');
  return named(() => migrateMysqlFacts({ ...mysqlOf(config, url), clock }, check));
}

/** Versions and states of the instances that are stored, in a database that is left as it is; none where its tables are not made. */
export async function lookAtStored(config: Config, clock: Clock): Promise<LookedAt[]> {
  const facts = await readFacts(config, clock);
  try {
    return facts ? await storedStates(facts.instances, STORED_MACHINES) : [];
  } finally {
    await facts?.close();
  }
}
/** As they are: nothing is migrated or locked. null where there are none. */
export async function readFacts(config: Config, clock: Clock): Promise<Facts | null> {
  const { database_url: url, data_dir } = config;
  if (url === undefined) return readSqliteFacts(data_dir);
  const { readMysqlFacts } = await import('../persistence/mysql/facts.ts');
  return named(() => readMysqlFacts({ ...mysqlOf(config, url), clock }));
}

/** The index alone. `facts` name the index that entries are written to, where it has a name. `start`: of a thread that is loaded already. */
export async function openIndex(
  config: Config,
  world: Partial<World> & { facts: Facts; clock: Clock; embedder: Pick<Embedder, 'model' | 'dimension'>; start?: StartThread },
): Promise<SearchIndex> {
  const { facts, clock, embedder, start } = world;
  const { elasticsearch_url: url, elasticsearch_alias: alias } = config;
  const model = isAbsent(embedder) ? null : { name: embedder.model, dimension: embedder.dimension };
  if (url === undefined) {
    const file = path.join(config.data_dir, 'search.sqlite');
    return openSqliteIndex(file, { ...told(world, 'index'), ...(start ? { start } : {}), clock, model: model?.name ?? null });
  }
  const { openElasticsearchIndex } = await loadElasticsearch();
  const live = () => liveIndex({ facts, clock });
  const { elasticsearch_api_key: api_key, elasticsearch_user: user, elasticsearch_password: password } = config;
  const who = { url, api_key, user, password, ca: certificatesOf(config, 'elasticsearch_ca_file') };
  return named(() => openElasticsearchIndex({ ...who, ...watched(world, 'elasticsearch'), alias, model, live, clock }));
}

type Place = { public_url: () => string; signer: Signer };
type Store = { objects: Objects; store_links: StoreLinks | null };
async function storeOf(config: Config, given: Place, world: World): Promise<Store> {
  const { clock, log, parts } = world;
  const { s3_bucket: bucket, s3_endpoint, s3_public_endpoint, s3_access_key, s3_secret_key } = config;
  if (bucket === undefined) {
    const objects = await openFolderObjects({
      ...{ dir: path.join(config.data_dir, 'objects'), ...given, clock, reserve_bytes: config.disk_reserve_bytes },
      ...told(world, 'store'),
      shortage: (why) => parts?.set('disk', why ? { state: 'full', code: 'disk_reserve', detail: why } : null),
    });
    return { objects, store_links: objects };
  }
  const { openS3Objects, StoreMisconfigured } = await import('../persistence/s3/objects.ts');
  const objects = await openS3Objects({
    ...{ bucket, endpoint: s3_endpoint, public_endpoint: s3_public_endpoint, region: config.s3_region },
    ...{ access_key: s3_access_key, secret_key: s3_secret_key, path_style: config.s3_path_style },
    ...{
      upload_method: config.s3_upload_method,
      clock,
      log: (message, detail) => log.warn({ event: 's3.warning', ...detail }, message),
      ...watched(world, 's3'),
    },
  }).catch((error: unknown) => {
    throw error instanceof StoreMisconfigured ? new ConfigError(error.message) : error;
  });
  return { objects, store_links: null };
}

/**
 * All ports. Throws FolderInUse or NotAlone when another process has what only one may have, UnservedInstances for what a later
 * version wrote. `closers` take what closes each; whoever gave them closes them. Without any, `close` does, and so does a rejection.
 */
export function openPorts(
  config: Config,
  public_url: () => string,
  world: World,
  closers: Closers = createClosers(world),
): Promise<OpenedPorts> {
  return closeOnFailure(closers, async () => {
    const { clock } = world;
    const keep = <Port extends { close(): unknown }>(name: string, port: Port): Port => {
      closers.add(name, () => port.close());
      return port;
    };
    await acquireStores(config, world, closers);
    const thread = config.elasticsearch_url === undefined ? loadThread() : null; // while the facts are opened
    closers.add('the search thread', async () => thread?.end());
    checkRestored(config.data_dir);
    const signer = await signerOf(config);
    const facts = keep('the facts', await openFacts(config, world));
    await checkStored(facts, world.kernels ?? STORED_MACHINES);
    const embedder = await embedderOf(config, world);
    closers.add('vectors', async () => embedder.close?.());
    const index = keep(
      'the search index',
      await openIndex(config, { ...world, ...(thread ? { start: thread.start } : {}), facts, embedder }),
    );
    const { objects, store_links } = await storeOf(config, { public_url, signer }, world);
    keep('the object store', objects);
    const recogniser = keep('recognition', await recogniserOf(config, { public_url, signer }, world));
    await checkKeys({ recogniser, embedder }, config, clock);
    const { close: _, ...work } = keep('tasks and queue', await workOf(config, world));
    const close = () => closers.close();
    return { facts, ...work, objects, index, recogniser, embedder, signer, store_links, close };
  });
}

/**
 * The right to be here: of the folder where anything of ours is in it, of the database where the facts are there. The tables of a
 * database are made first, since the right to it is a row.
 */
async function acquireStores(config: Config, world: World, closers: Closers): Promise<void> {
  const { clock, log, lost, conditions } = world;
  const alone = inProcess(config).length > 0;
  if (alone) {
    const lock = lockFolder(config.data_dir);
    closers.add('the lock of the data folder', lock.release);
  }
  const { database_url: url } = config;
  if (url === undefined) return;
  const [{ migrateMysqlFacts }, { holdPresence }] = await Promise.all([
    import('../persistence/mysql/facts.ts'),
    import('../persistence/mysql/presence.ts'),
  ]);
  const where = mysqlOf(config, url);
  await named(() => migrateMysqlFacts({ ...where, clock }, false));
  const onLost = (error: Error) => {
    log.fatal({ event: 'database.taken_over', err: error }, 'another process took over this database; shutting down');
    lost?.(error);
  };
  const onUnavailable = (why: Error | null) => {
    if (why === null) conditions?.clear(PRESENCE);
    else conditions?.set(PRESENCE, `the database does not say that no other process works on it: ${why.message}. Waited for`);
  };
  const presence = await holdPresence({ ...where, ...watched(world, 'database'), alone, clock, onLost, onUnavailable }).catch(
    (error: unknown) => {
      throw error instanceof Error && error.name === 'NotAlone' ? new ConfigError(error.message) : error;
    },
  );
  closers.add('presence on the database', presence.release);
}

async function signerOf({ link_secret, link_secret_previous: previous, data_dir }: Config): Promise<Signer> {
  return createSigner({ current: link_secret ?? (await loadOrCreateSecret(path.join(data_dir, SECRET_FILE))), previous });
}

/** Created at the first start, so that links stay valid after a restart. Throws ConfigError for a file that is not trusted. */
async function loadOrCreateSecret(file: string): Promise<string> {
  const kept = await readPrivate(file).catch((error: unknown) => {
    throw error instanceof UnsafeFile ? new ConfigError(`${error.message}: remove it, and a new secret is made`) : error;
  });
  if (kept === null) {
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    await writePrivate(file, secret);
    return secret;
  }
  const fault = secretFault(kept);
  if (fault !== null) throw new ConfigError(`${file}: ${fault}. Remove it, and a new one is made; links that were given out end`);
  return kept.trim();
}
