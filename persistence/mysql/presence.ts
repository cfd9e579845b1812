/**
 * Who works on a database: a row that processes hold locked as long as they live, so that one that must be alone (its queue or its store
 * is in its own process) never works beside others. A killed process frees it at once, since its connection ends with it.
 */
import type { Clock } from '../../runtime/async/clock.ts';
import { bounded } from '../../runtime/async/timeout.ts';
import { type Connection, connected } from './connection.ts';
import { hasErrno } from './errors.ts';
import { type Target, targetOf } from './target.ts';

/** The least that the server can wait: who holds the row holds it for long, so waiting is of no use. */
const LOCK_LIMIT_S = 1;
/**
 * Timeout of the connection that holds the row, in s: the server ends it, and frees the row, after so long without a word. Far above any pause of
 * ours, and short, since it is also how long a connection that we have lost may still hold the row.
 */
const SILENCE_LIMIT_S = 20;
export type PresenceLimits = typeof PRESENCE_LIMITS;
export const PRESENCE_LIMITS = {
  /** How often the connection says that it lives: well within the server's limit for silence. */
  ask_interval_ms: 5_000,
  /** Time limit of that query. */
  ask_limit_ms: 5_000,
  /** Between tries to have the row again, which have no end while it is unavailable. */
  regain_pause_ms: 1_000,
  /**
   * How long the row may look taken, once the database responds again, before another process must have it: our own lost connection
   * holds it for the server's limit for silence, and no longer.
   */
  ghost_ms: SILENCE_LIMIT_S * 1_000 + 5_000,
};
const LOCK_WAIT_TIMEOUT = 1205;
// What both servers know; MySQL calls it FOR SHARE as well. A transaction that only locks keeps no old versions of rows.
const ROW = 'SELECT presence_id FROM presence WHERE presence_id = 1';
const LOCK = { shared: `${ROW} LOCK IN SHARE MODE`, alone: `${ROW} FOR UPDATE` };
/** No row: it is locked. A table that is locked (by a backup, by ALTER TABLE) is waited for in vain instead. */
const LOOK = `${ROW} FOR UPDATE SKIP LOCKED`;

/** Other processes work on this database, and one of us would have to be alone. */
export class NotAlone extends Error {
  constructor(alone: boolean) {
    super(
      alone
        ? 'another tuodi process works on this database, and this one must be alone, since its queue or one of its stores is in its own process or folder: give all of them TUODI_REDIS_URL, TUODI_ELASTICSEARCH_URL and TUODI_S3_BUCKET, or stop the other one'
        : 'another tuodi process works on this database that must be alone, since its queue or one of its stores is in its own process or folder: stop it, or give it TUODI_REDIS_URL, TUODI_ELASTICSEARCH_URL and TUODI_S3_BUCKET',
    );
    this.name = 'NotAlone';
  }
}

export type PresenceOptions = {
  url: string;
  alone: boolean;
  clock: Clock;
  /** Another process has the row: this one must not go on. Called once, with the reason, and for nothing else. */
  onLost(reason: NotAlone): void;
  /** Why the row is not held just now, each time that the reason changes; null: it is held again. */
  onUnavailable?(why: Error | null): void;
  limits?: Partial<PresenceLimits>;
} & Pick<Target, 'ca' | 'credentials'>;
export type Presence = { release(): Promise<void> };

/**
 * The tables must be there. Rejects with NotAlone within seconds. Once it is held, an outage of any length is waited out, whatever the
 * database responds meanwhile: nobody can take the row of a database that is unavailable.
 */
export async function holdPresence(options: PresenceOptions): Promise<Presence> {
  const { url, alone, clock, onLost, onUnavailable = () => {} } = options;
  const limits = { ...PRESENCE_LIMITS, ...options.limits };
  const target = targetOf(url, options);
  const over = new AbortController();
  let held = await hold(target, alone, clock);
  void keep();

  /** Until it is released: asks from time to time, and takes the row again when the connection broke. */
  async function keep(): Promise<void> {
    while (!over.signal.aborted) {
      const woken = bounded({ clock, signals: [over.signal, held.broken] });
      await clock.sleep(limits.ask_interval_ms, woken.signal).catch(() => undefined); // woken
      woken.release();
      if (over.signal.aborted) return;
      const lives = await held.connection.ask('SELECT 1', [], limits.ask_limit_ms).catch(() => null); // whatever is wrong, the row is taken anew
      if (lives) continue;
      held.connection.close();
      const again = await regained();
      if (!again) return;
      held = again;
      onUnavailable(null);
    }
  }
  /** null: it is released, or lost for good. */
  async function regained(): Promise<Held | null> {
    let taken_since: number | null = null;
    let known = '';
    while (!over.signal.aborted) {
      try {
        const again = await hold(target, alone, clock);
        if (!over.signal.aborted) return again;
        again.connection.close();
      } catch (error) {
        // Only counted while the database responds, and without a break: a lost connection of ours may be as young as the last outage.
        taken_since = error instanceof NotAlone ? (taken_since ?? clock.elapsed()) : null;
        if (error instanceof NotAlone && clock.elapsed() - (taken_since ?? 0) >= limits.ghost_ms) {
          onLost(error);
          return null;
        }
        const why = error instanceof Error ? error : new Error(String(error));
        if (why.message !== known) onUnavailable(why);
        known = why.message;
      }
      await clock.sleep(limits.regain_pause_ms, over.signal).catch(() => undefined); // woken to stop
    }
    return null;
  }

  return {
    async release() {
      over.abort();
      held.connection.close(); // an attempt that is under way closes what it gets
    },
  };
}

type Held = { connection: Connection; broken: AbortSignal };

async function hold(target: Target, alone: boolean, clock: Clock): Promise<Held> {
  const connection = await connected(target, clock, { lock_limit_s: LOCK_LIMIT_S, silence_limit_s: SILENCE_LIMIT_S });
  try {
    await connection.ask('START TRANSACTION');
    const rows = await connection.ask(alone ? LOCK.alone : LOCK.shared);
    if (!Array.isArray(rows) || rows.length !== 1) throw new Error('the row of presence is not there: run `tuodi migrate`');
    const broken = new AbortController();
    connection.onBroken(() => broken.abort());
    return { connection, broken: broken.signal };
  } catch (error) {
    const taken = hasErrno(error, LOCK_WAIT_TIMEOUT) && (await isTaken(connection));
    connection.close();
    throw taken ? new NotAlone(alone) : error;
  }
}

/** The row is locked by somebody. False: its table is, which says nothing of other processes; or it was freed just now. */
async function isTaken(connection: Connection): Promise<boolean> {
  const rows = await connection.ask(LOOK).catch(() => null); // its table is locked, or the database is unavailable
  return Array.isArray(rows) && rows.length === 0;
}
