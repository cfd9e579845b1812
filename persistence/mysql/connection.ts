/** One connection: opened with patience, set up so that it means the same on every server, and never waited for without limit. */
import { connect, type Socket } from 'node:net';
import { createConnection, type Connection as Mysql } from 'mysql2';
import type { Clock } from '../../runtime/async/clock.ts';
import { type Credentials, toldOf, UNWATCHED } from '../../runtime/health/credentials.ts';
import { bindable } from '../sql/bindable.ts';
import { DatabaseError, databaseError, hasErrno, isUnavailable } from './errors.ts';
import type { Target } from './target.ts';

/** One attempt to connect. A server that is there responds in milliseconds, also over a continent. */
const CONNECT_LIMIT_MS = 3_000;
/** All attempts: a restart of the server is waited for, and a client gets an error before it gives up. */
export const RECONNECT_LIMIT_MS = 5_000;
/** Between attempts, doubling from the first to the second. */
const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 1_000;
/** Time limit of one statement in ms, in the server or on the way. Ours take milliseconds; the slowest, a count of a million rows, about a second. */
export const STATEMENT_LIMIT_MS = 10_000;
/** How long a statement waits for another transaction's lock: ours hold theirs for milliseconds. Below the statement's own limit. */
const LOCK_LIMIT_S = 5;
/** How long the server keeps a connection of a silent client: then it frees its locks. Above the pool's own idle time. */
const SILENCE_LIMIT_S = 60;
const KEEP_ALIVE_MS = 15_000;
/** Strict: what does not fit is an error, not cut. No NO_BACKSLASH_ESCAPES and no ANSI_QUOTES: the driver escapes for their absence. */
const SQL_MODE = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY';
const UNKNOWN_VARIABLE = 1193;

/** `takes_several`: statements in one journey. Only where all of them are ours, with everything bound. */
export type Settings = { lock_limit_s: number; silence_limit_s: number; takes_several: boolean };

/** What a knex pool, or a holder of a lock, holds. knex itself adds its own ids to it. */
export type Connection = {
  /** What the driver returns: rows, or a header that says how many changed. Rejects with DatabaseError; within `limit_ms`. */
  ask(sql: string, bindings?: readonly unknown[], limit_ms?: number): Promise<unknown>;
  /** Why it can be used no more; null while it can. */
  broken(): DatabaseError | null;
  /** Called once, when it breaks. Not when we close it. */
  onBroken(then: (error: DatabaseError) => void): void;
  /** With a word to the server, which is not waited for. */
  close(): void;
};

/** Attempts again, with backoff, while the database is unavailable. Rejects with DatabaseError within RECONNECT_LIMIT_MS + CONNECT_LIMIT_MS. */
export async function connected(target: Target, clock: Clock, settings: Partial<Settings> = {}): Promise<Connection> {
  const began = clock.elapsed();
  for (let backoff = BACKOFF_MIN_MS; ; backoff = Math.min(backoff * 2, BACKOFF_MAX_MS)) {
    try {
      return await opened(target, { ...SETTINGS, ...settings });
    } catch (error) {
      if (!isUnavailable(error) || clock.elapsed() - began + backoff > RECONNECT_LIMIT_MS) throw error;
    }
    await clock.sleep(backoff * (0.5 + clock.random() / 2));
  }
}

const SETTINGS: Settings = { lock_limit_s: LOCK_LIMIT_S, silence_limit_s: SILENCE_LIMIT_S, takes_several: false };

async function opened(target: Target, { takes_several, ...limits }: Settings): Promise<Connection> {
  const { host, port, tls, ca, credentials, ...who } = target;
  const sockets: Socket[] = [];
  const mysql = createConnection({
    ...{ host, port, ...who },
    charset: 'UTF8MB4_BIN',
    connectTimeout: CONNECT_LIMIT_MS,
    multipleStatements: takes_several,
    // FOUND_ROWS: an UPDATE counts the rows it matched, as in SQLite. LOCAL_FILES: a server that asks for our files gets none.
    flags: ['FOUND_ROWS', '-LOCAL_FILES'],
    stream: () => {
      const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
      sockets.push(socket);
      return socket;
    },
    ...(tls ? { ssl: { rejectUnauthorized: true, verifyIdentity: true, ...(ca ? { ca } : {}) } } : {}),
  });
  const connection = told(wrapped(mysql, sockets), credentials);
  try {
    await new Promise<void>((resolve, reject) => {
      mysql.connect((error) => (error ? reject(databaseError(error, 'connect', false)) : resolve()));
    });
    await setUp(connection, limits);
    credentials?.accepted();
    return connection;
  } catch (error) {
    credentials?.failed(error);
    connection.close();
    throw error;
  }
}

/** Everything that a server's own configuration could make mean something else. */
type Limits = Omit<Settings, 'takes_several'>;
async function setUp({ ask }: Connection, { lock_limit_s, silence_limit_s }: Limits): Promise<void> {
  await ask('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
  const settings = {
    sql_mode: `'${SQL_MODE}'`,
    time_zone: "'+00:00'", // an hour that comes twice a year would be ambiguous
    autocommit: 1,
    innodb_lock_wait_timeout: lock_limit_s,
    lock_wait_timeout: lock_limit_s, // of tables, which a migration locks
    wait_timeout: silence_limit_s,
  };
  const settings_sql = Object.entries(settings).map(([name, value]) => `SESSION ${name} = ${value}`);
  await ask(`SET ${settings_sql.join(', ')}`);
  try {
    await ask('SET SESSION innodb_snapshot_isolation = OFF'); // newer MariaDB: one loser would fail its whole batch
  } catch (error) {
    if (!hasErrno(error, UNKNOWN_VARIABLE)) throw error; // MySQL, and older MariaDB: it is as if off
  }
}

function wrapped(mysql: Mysql, sockets: Socket[]): Connection {
  let why: DatabaseError | null = null;
  let closed = false;
  const listeners: ((error: DatabaseError) => void)[] = [];
  const broke = (thrown: unknown): void => {
    if (why || closed) return;
    why = asDatabaseError(thrown);
    for (const socket of sockets) socket.destroy();
    for (const listener of listeners) listener(why);
  };
  mysql.on('error', broke);
  mysql.on('end', () => broke(LOST));
  return {
    ask: (sql, bindings = [], limit_ms = STATEMENT_LIMIT_MS) =>
      new Promise((resolve, reject) => {
        const values = bindings.map(bindable).map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
        mysql.query({ sql, values, timeout: limit_ms }, (thrown, answer) => {
          if (!thrown) return resolve(answer);
          const error = databaseError(thrown, sql, values.length > 0);
          if (isUnavailable(error)) broke(error); // after a time limit too: its answer may still come, and would be taken for another's
          reject(error);
        });
      }),
    broken: () => why ?? (closed ? LOST : null),
    onBroken: (then) => void listeners.push(then),
    close() {
      if (closed || why) return;
      closed = true;
      mysql.end();
      for (const socket of sockets) socket.destroySoon(); // once its goodbye is written
    },
  };
}

/** Every statement tells of the database: that it waits, and what came of it. */
function told(connection: Connection, credentials: Credentials = UNWATCHED): Connection {
  const { ask } = connection;
  return { ...connection, ask: (...asked) => toldOf(credentials, () => ask(...asked)) };
}

const LOST = new DatabaseError({ errno: null, code: 'PROTOCOL_CONNECTION_LOST' });
function asDatabaseError(thrown: unknown): DatabaseError {
  const error = databaseError(thrown, '', false);
  return error instanceof DatabaseError ? error : LOST;
}
