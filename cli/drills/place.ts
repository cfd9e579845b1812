/** Where a drill is held: servers and a folder of its own, or, by TUODI_DRILLS=here, those that are configured. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Config, inProcess, PREFIX, readConfig } from '../../app/config.ts';
import { certificatesOf } from '../../app/open-credentials.ts';
import { openFacts, readFacts } from '../../app/open-ports.ts';
import { STATUSES } from '../../contract/statuses.ts';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import { makeKey } from '../../runtime/accounts/api-keys.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { REPORT_LIMITS } from '../../runtime/health/process-report.ts';
import { UsageError } from '../errors.ts';
import { isInPath, type OwnRedis, startRedis } from './own-redis.ts';

/** The organisation that pictures of drills belong to, on configured servers too. */
export const DRILL_ORG = 'tuodi-drill';
const DAY_MS = 24 * 60 * 60_000;
/** Ports and addresses of the configured service, which a process beside it cannot have. */
const ITS_OWN = ['LISTEN', 'HEALTH_LISTEN', 'METRICS_LISTEN', 'PUBLIC_URL', 'URL', 'API_KEY', 'DRILLS', 'WORKER_KINDS'];

export type Place = {
  /** On what is configured. */
  here: boolean;
  /** All parts are on servers, so that several processes may work. */
  on_servers: boolean;
  /** As its processes are started with. */
  env: Record<string, string>;
  config: Config;
  /** The folder of the drill: logs, and all else unless it is `here`. */
  folder: string;
  /** Ends what was started, and removes the folder unless it is to be `kept`. */
  close(kept: boolean): Promise<void>;
};

/** `needs_redis`: where none is configured, or nothing configured is to be touched, one is started. Throws UsageError where there is none to start. */
export async function openPlace(
  config: Config,
  env: NodeJS.ProcessEnv,
  { needs_redis }: { needs_redis: boolean },
): Promise<Place> {
  const here = config.drills === 'here';
  if (here && needs_redis && config.redis_url === undefined)
    throw new UsageError({
      en: 'this drill empties Redis, and TUODI_REDIS_URL is not set: there is none here',
      zh: '此演练会清空 Redis，但未设置 TUODI_REDIS_URL：此处没有 Redis',
    });
  if (!here && needs_redis && !isInPath('redis-server', env)) throw new UsageError(NO_REDIS);
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-drill-'));
  let redis: OwnRedis | null = null;
  const close = async (kept: boolean) => {
    await redis?.stop();
    if (!kept) await rm(folder, { recursive: true, force: true });
  };
  try {
    if (!here && needs_redis) redis = await startRedis(folder);
    const named = here ? configured(config, env, folder) : { ...readingOf(env), TUODI_DATA_DIR: path.join(folder, 'data') };
    const whole: Record<string, string> = {
      ...named,
      ...(redis ? { TUODI_REDIS_URL: redis.url } : {}),
      TUODI_LISTEN: '127.0.0.1:0',
      TUODI_LOG_LEVEL: 'info',
    };
    const read = readConfig(whole);
    return { here, on_servers: inProcess(read.config).length === 0, env: whole, config: read.config, folder, close };
  } catch (error) {
    await close(false);
    throw error;
  }
}
const NO_REDIS = {
  en: 'this drill starts a redis-server of its own, and there is none in PATH: install it (Debian: apt-get install redis-server), or try a drill that needs none',
  zh: '此演练需自行启动 redis-server，但 PATH 中没有：请先安装（Debian：apt-get install redis-server），或改用不需要它的演练',
};

/** How pictures are read on this machine: the only settings that a service of the drill's own takes over. */
const READING = ['TUODI_OCR_ENGINE', 'TUODI_OCR_MODELS', 'TUODI_OCR_WORKERS'];
const readingOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(READING.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

/** The variables of the configured service but its own ports; where nothing is kept in the data folder, it is one of the drill's. */
function configured(config: Config, env: NodeJS.ProcessEnv, folder: string): Record<string, string> {
  const named = Object.entries(env).filter(
    ([name, value]) => name.startsWith(PREFIX) && value && !ITS_OWN.includes(name.slice(PREFIX.length)),
  );
  const data_dir = inProcess(config).length === 0 ? path.join(folder, 'data') : config.data_dir;
  return { ...Object.fromEntries(named.map(([name, value]) => [name, String(value)])), TUODI_DATA_DIR: data_dir };
}

/** Statuses of pictures that somebody may send to recognition at any moment. */
const UNDER_WAY: ReadonlySet<string> = new Set(
  STATUSES.filter(({ phase }) => phase === 'working' || phase === 'uploading').map(({ status }) => status),
);

/** Steps after which, or at which, a picture is recognised. */
const LEADING_TO_OCR = STEP_KINDS.slice(0, STEP_KINDS.indexOf('ocr') + 1);

export type DrillKey = { text: string; revoke(): Promise<void> };
/** A key of the drill's own organisation, for a day at most, which also sees what operators see. */
export async function makeDrillKey({ config }: Place): Promise<DrillKey> {
  const clock = systemClock();
  const facts = await openFacts(config, { clock });
  const { text, key_id, secret_hash } = makeKey(clock);
  const at = clock.now();
  try {
    await facts.accounts.ensure({ org_id: DRILL_ORG, name: DRILL_ORG, user_id: DRILL_ORG, user_name: DRILL_ORG, at });
    const rights = { role: 'admin', installation: true, expires_at: at + DAY_MS } as const;
    const who = { key_id, org_id: DRILL_ORG, user_id: DRILL_ORG, name: 'drill' };
    await facts.accounts.addKey({ ...who, ...rights, secret_hash, created_at: at, revoked_at: null });
  } finally {
    await facts.close();
  }
  const revoke = async () => {
    const later = await openFacts(config, { clock });
    await later.accounts.revokeKey({ org_id: DRILL_ORG }, key_id, clock.now()).finally(() => later.close());
  };
  return { text, revoke };
}

/**
 * Throws UsageError where other processes work, or pictures wait for recognition: they would be given to the drill's engine. So would
 * those that failed at recognition or before it while a part was away, which the service tries again by itself.
 */
export async function checkNobodyReads({ config }: Pick<Place, 'config'>): Promise<void> {
  const clock = systemClock();
  const facts = await readFacts(config, clock);
  if (!facts) return;
  try {
    const processes = await facts.processes.list(clock.now() - REPORT_LIMITS.shown_ms);
    const counts = await facts.overview.statuses(null);
    const waiting = counts.filter(({ status, count }) => count > 0 && UNDER_WAY.has(status));
    if (processes.length > 0 || waiting.length > 0) throw new UsageError(SOMEBODY_READS);
    for (const kind of LEADING_TO_OCR)
      if ((await facts.resources.toRetry(kind, null, 1)).length > 0) throw new UsageError(SOME_TO_RETRY);
  } finally {
    await facts.close();
  }
}
const SOMEBODY_READS = {
  en: 'this drill puts an engine of its own in the place of the provider, and here pictures of others would be given to it: stop every other process, and let nothing be under way; or leave TUODI_DRILLS out',
  zh: '此演练会以自带的引擎代替识别服务，此处其他人的图片也会交给它：请先停止其他所有进程，并确认没有图片正在处理；或不设置 TUODI_DRILLS',
};
const SOME_TO_RETRY = {
  en: 'this drill puts an engine of its own in the place of the provider, and here pictures that failed at recognition or before would be given to it when the service tries them again: let the service read them first, or delete them; or leave TUODI_DRILLS out',
  zh: '此演练会以自带的引擎代替识别服务，此处在识别或之前的步骤失败、等待重试的图片也会交给它：请先让服务完成识别，或删除这些图片；或不设置 TUODI_DRILLS',
};

export const redisOf = (config: Config) => ({
  url: config.redis_url ?? '',
  ca: certificatesOf(config, 'redis_ca_file'),
});
