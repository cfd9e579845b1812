/**
 * Connections to one Redis. Commands go over one connection and fail fast while Redis is unavailable; what blocks (workers, subscriptions)
 * has connections of its own, which wait until it is back. The URL holds secrets: it is in no log and no error.
 */
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { type Credentials, toldOf, UNWATCHED } from '../../runtime/health/credentials.ts';
import { RedisUnavailable, reasonOf, unavailable } from './errors.ts';

/** The pause before connecting again, doubled each time: at first a cut is over at once, later a server that starts is not pestered. */
const RECONNECT_MIN_MS = 50;
const RECONNECT_MAX_MS = 1_000;
/** A command without an answer by then has failed: far above any of ours, and a request does not hang on it. */
const COMMAND_LIMIT_MS = 3_000;
/**
 * Commands wait for so many tries to connect again (0.35 s in all), and are then sent again; sent twice, each of ours does what it does
 * once. After that they fail, and later ones fail at once, so that nothing piles up and no request hangs.
 */
const TRIES_WAITED_FOR = 3;
/** At a start: longer than a server takes that starts beside us. */
const CONNECT_LIMIT_MS = 10_000;
/** At a start that goes on without Redis: longer than one that is there takes. */
const START_LIMIT_MS = 5_000;
/** How soon a dead connection is noticed by the system. */
const KEEP_ALIVE_MS = 10_000;

/** All keys begin with it. Tests that share a server take others, such as `tuodi:test-7`. */
export const PREFIX = 'tuodi';
/** `ca`: certificates (PEM) that the server's own is signed by, for rediss://; without it, those of Node. */
export type RedisWanted = {
  url: string;
  clock: Clock;
  log: Logger;
  prefix?: string;
  ca?: string | undefined;
  credentials?: Credentials;
  /** Opens all the same while Redis is away: its commands fail until it is back. */
  opens_without?: boolean;
};

export type RedisLink = {
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** The connection itself, whose errors are not translated; commands of the service go through `reach`. */
  readonly redis: Redis;
  /** Commands, whose failures become RedisUnavailable where Redis is unavailable or refuses. */
  reach<Value>(command: (redis: Redis) => Promise<Value>): Promise<Value>;
  /** True if a command has failed since `trust` was called: something may not have been written. */
  doubted(): boolean;
  trust(): void;
  /** A connection whose commands wait until Redis is there. Closed with the link, or before. */
  patient(name: string): Redis;
  close(): Promise<void>;
};

/** Throws RedisUnavailable when Redis refuses us, or, unless it `opens_without`, can't be reached within a limit. */
export async function openRedis(wanted: RedisWanted): Promise<RedisLink> {
  const { url, clock, log, prefix = PREFIX, ca, credentials = UNWATCHED } = wanted;
  let tries = 0;
  const redis = new Redis(url, {
    connectionName: `${prefix}:commands`,
    retryStrategy(times) {
      tries = times;
      return backoff(times);
    },
    maxRetriesPerRequest: TRIES_WAITED_FOR,
    commandTimeout: COMMAND_LIMIT_MS,
    keepAlive: KEEP_ALIVE_MS,
    ...(ca ? { tls: { ca } } : {}),
    // No enableAutoPipelining: a cut in the middle of a pipeline fails commands that would else be sent again, for 5% of processor time.
  });
  let lost_at: number | null = null;
  let doubted = false;
  let closing = false;
  const patients: Redis[] = [];
  redis.on('close', () => {
    if (lost_at !== null || closing) return;
    lost_at = clock.elapsed();
    log.warn({ event: 'redis.disconnected' }, 'lost the connection to Redis; reconnecting');
  });
  redis.on('error', (error) => credentials.failed(unavailable(error)));
  redis.on('ready', () => {
    credentials.accepted();
    if (lost_at !== null)
      log.info({ event: 'redis.reconnected', down_ms: Math.round(clock.elapsed() - lost_at) }, 'reconnected to Redis');
    lost_at = null;
    tries = 0;
  });
  try {
    await connected(redis, clock, wanted.opens_without ? START_LIMIT_MS : CONNECT_LIMIT_MS);
  } catch (error) {
    if (!wanted.opens_without || reasonOf(error) !== 'away') {
      redis.disconnect();
      throw error;
    }
    lost_at ??= clock.elapsed();
    doubted = true;
    log.warn({ event: 'redis.unavailable', err: error }, 'Redis is unavailable; tasks wait for it');
  }
  return {
    ...{ prefix, clock, log, redis },
    reach(command) {
      const call = async () => {
        if (tries > TRIES_WAITED_FOR) throw new RedisUnavailable('away', 'no connection');
        return await command(redis);
      };
      return toldOf(credentials, call, (error) => {
        const translated = unavailable(error);
        if (translated instanceof RedisUnavailable) doubted = true;
        return translated;
      });
    },
    doubted: () => doubted,
    trust() {
      doubted = false;
    },
    patient(name) {
      const own = { commandTimeout: undefined, retryStrategy: backoff };
      const patient = redis.duplicate({ ...own, maxRetriesPerRequest: null, connectionName: `${prefix}:${name}` });
      patient.on('error', () => undefined); // the connection for commands tells of it
      patients.push(patient);
      return patient;
    },
    async close() {
      closing = true;
      for (const patient of patients) patient.disconnect();
      redis.disconnect();
    },
  };
}

const backoff = (times: number): number => Math.min(RECONNECT_MIN_MS * 2 ** (times - 1), RECONNECT_MAX_MS);

/** The connection goes on trying when this rejects. */
async function connected(redis: Redis, clock: Clock, limit_ms: number): Promise<void> {
  let last = new RedisUnavailable('away', 'no answer');
  const ready = () =>
    new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve);
      redis.on('error', (error) => {
        const translated = unavailable(error);
        if (!(translated instanceof RedisUnavailable)) return;
        last = translated;
        if (reasonOf(translated) === 'refused') reject(translated);
      });
    });
  await withTimeout({ clock, limit_ms, onTimeout: () => last }, ready);
}
