/**
 * Who works on a database: a row that processes hold locked as long as they live, so that one that must be alone (its queue or its store
 * is in its own process) never works beside others. A killed process frees it at once, since its connection ends with it.
 */
import type { Clock } from '../../runtime/clock.ts';
import { bounded } from '../../runtime/within.ts';
import { type Connection, connected } from './connection.ts';
import { hasErrno, isAway } from './errors.ts';
import { type Target, targetOf } from './target.ts';

/** The least that the server can wait: who holds the row holds it for long, so waiting is of no use. */
const LOCK_LIMIT_S = 1;
/** How often the connection says that it lives: well within the server's limit for silence, of which it frees the row. */
const ASK_INTERVAL_MS = 15_000;
/** How long a lost row is asked for while the database is away, in which nobody else can work either. */
const REGAIN_LIMIT_MS = 10 * 60_000;
/** How long the row that we held may look taken by another: a server that did not see our connection break keeps it for its silence limit. */
const GHOST_LIMIT_MS = 75_000;
const REGAIN_PAUSE_MS = 1_000;
const LOCK_WAIT_TIMEOUT = 1205;
// What both servers know; MySQL calls it FOR SHARE as well. A transaction that only locks keeps no old versions of rows.
const ROW = 'SELECT presence_id FROM presence WHERE presence_id = 1';
const LOCK = { shared: `${ROW} LOCK IN SHARE MODE`, alone: `${ROW} FOR UPDATE` };

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

/** `onLost`: others have the row, or it could not be had again within the limits above: this process must not go on. Called once. */
export type PresenceOptions = { url: string; alone: boolean; clock: Clock; onLost(error: Error): void };
export type Presence = { release(): Promise<void> };

/** The tables must be there. Rejects with NotAlone within seconds. */
export async function holdPresence({ url, alone, clock, onLost }: PresenceOptions): Promise<Presence> {
  const target = targetOf(url);
  const over = new AbortController();
  let held = await hold(target, alone, clock);
  const keeping = keep();

  /** Until it is released: asks from time to time, and takes the row again when the connection broke. */
  async function keep(): Promise<void> {
    while (!over.signal.aborted) {
      const woken = bounded({ clock, signals: [over.signal, held.broken] });
      await clock.sleep(ASK_INTERVAL_MS, woken.signal).catch(() => undefined); // woken
      woken.release();
      if (over.signal.aborted) return;
      const lives = await held.connection.ask('SELECT 1').catch(() => null); // whatever is wrong, the row is taken anew
      if (lives) continue;
      held.connection.close();
      const again = await regained();
      if (!again) return;
      held = again;
    }
  }
  async function regained(): Promise<Held | null> {
    const began = clock.elapsed();
    for (;;) {
      if (over.signal.aborted) return null;
      try {
        return await hold(target, alone, clock);
      } catch (error) {
        const limit_ms = isAway(error) ? REGAIN_LIMIT_MS : error instanceof NotAlone ? GHOST_LIMIT_MS : 0;
        if (clock.elapsed() - began > limit_ms) {
          onLost(error instanceof Error ? error : new Error(String(error)));
          return null;
        }
      }
      await clock.sleep(REGAIN_PAUSE_MS, over.signal).catch(() => undefined); // woken to stop
    }
  }

  return {
    async release() {
      over.abort();
      await keeping;
      held.connection.close();
    },
  };
}

type Held = { connection: Connection; broken: AbortSignal };

async function hold(target: Target, alone: boolean, clock: Clock): Promise<Held> {
  const connection = await connected(target, clock, { lock_limit_s: LOCK_LIMIT_S });
  try {
    await connection.ask('START TRANSACTION');
    const rows = await connection.ask(alone ? LOCK.alone : LOCK.shared);
    if (!Array.isArray(rows) || rows.length !== 1) throw new Error('the row of presence is not there: run `tuodi migrate`');
    const broken = new AbortController();
    connection.onBroken(() => broken.abort());
    return { connection, broken: broken.signal };
  } catch (error) {
    connection.close();
    throw hasErrno(error, LOCK_WAIT_TIMEOUT) ? new NotAlone(alone) : error;
  }
}
