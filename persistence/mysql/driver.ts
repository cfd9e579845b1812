/** MySQL and MariaDB for knex: its mysql2 dialect over our own connections. */
import { createRequire } from 'node:module';
import knex, { type Knex } from 'knex';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Transaction } from '../sql/database.ts';
import { type Bound, SEVERAL, type Value } from '../sql/statements.ts';
import { type Connection, connected, RECONNECT_LIMIT_MS, STATEMENT_LIMIT_MS } from './connection.ts';
import { BEGIN, DatabaseError } from './errors.ts';
import type { Target } from './target.ts';

/** How long a call waits for a connection: one that must be opened again, or one that others use. */
export const ACQUIRE_LIMIT_MS = RECONNECT_LIMIT_MS + 5_000;
/** A connection that nobody used for so long is closed by us; the server would close it later, unasked. */
const IDLE_MS = 30_000;

/** Maximum characters of a statement in its errors: a page of rows has thousands of placeholders. */
const MAX_STATEMENT_CHARS = 120;

/** What tables are made with, whatever the server's defaults. (The connections themselves are made by the client.) */
const TABLES = { engine: 'InnoDB', charset: 'utf8mb4' };

export type MysqlOptions = {
  target: Target;
  clock: Clock;
  /** Connections, at most. */
  connections: number;
  /** The collation of new tables: one that compares as SQLite does. */
  collation?: string;
  statement_limit_ms?: number;
  /** Several statements may be sent as one: for the connections that commit. */
  takes_several?: boolean;
  /** Called with every new connection before its first use. */
  prepare?: (connection: Connection) => Promise<void>;
  /** How long `prepare` may take, in ms: a call waits so much longer for a connection. */
  prepare_limit_ms?: number;
  /** Stands around every statement. */
  around?: (connection: Connection, sql: string, ask: () => Promise<unknown>) => Promise<unknown>;
};

// knex publishes the class without types; this says what is used of it.
const require = createRequire(import.meta.url);
const Mysql2: typeof Knex.Client = require('knex/lib/dialects/mysql2/index.js');
type Query = { sql: string; bindings?: readonly unknown[]; response?: unknown };

export function mysqlKnex(options: MysqlOptions): Knex {
  const acquireTimeoutMillis = ACQUIRE_LIMIT_MS + (options.prepare_limit_ms ?? 0);
  const waits = { acquireTimeoutMillis, createTimeoutMillis: acquireTimeoutMillis }; // the pool's own limit of a new one is 30 s
  return knex({
    client: clientOf(options),
    connection: { ...TABLES, ...(options.collation ? { collate: options.collation } : {}) },
    compileSqlOnError: false, // else its errors repeat what was bound: people's texts, in our logs
    log: { warn() {}, error() {}, deprecate() {}, debug() {} }, // all that it says there is thrown as well
    pool: { min: 0, max: options.connections, ...waits, idleTimeoutMillis: IDLE_MS },
  });
}

function clientOf({
  target,
  clock,
  prepare,
  around,
  takes_several = false,
  statement_limit_ms = STATEMENT_LIMIT_MS,
}: MysqlOptions): typeof Knex.Client {
  return class MysqlClient extends Mysql2 {
    override async acquireRawConnection(): Promise<Connection> {
      const connection = await connected(target, clock, { takes_several });
      try {
        await prepare?.(connection);
        return connection;
      } catch (error) {
        connection.close();
        throw error;
      }
    }

    override async destroyRawConnection(connection: Connection): Promise<void> {
      connection.close();
    }

    override async validateConnection(connection: Connection): Promise<boolean> {
      return connection.broken() === null;
    }

    /** knex's own error for a pool that has nothing in time carries what was to be bound. */
    override async acquireConnection(): Promise<Connection> {
      try {
        return await super.acquireConnection();
      } catch (error) {
        throw error instanceof knex.KnexTimeoutError ? new DatabaseError({ errno: null, code: 'POOL_TIMEOUT' }) : error;
      }
    }

    /** knex asks this for every statement; it wants `response` to be rows (or a header) and fields. */
    async _query(connection: Connection, asked: Query | string): Promise<Query> {
      const query = typeof asked === 'string' ? { sql: asked } : asked;
      const { sql, bindings } = query;
      const joined = takes_several ? joinedWithTransaction(connection, sql) : { sql, answerOf: (answer: unknown) => answer };
      if (joined === null) return Object.assign(query, { response: [{}, undefined] });
      const ask = () => connection.ask(joined.sql, bindings ?? [], statement_limit_ms);
      try {
        const answer = joined.answerOf(await (around ? around(connection, sql, ask) : ask()));
        return Object.assign(query, { response: [answer, undefined] });
      } catch (error) {
        query.sql = sql.slice(0, MAX_STATEMENT_CHARS); // knex puts it before the error's message, whole
        throw error;
      }
    }
  };
}

/** begins: its BEGIN was asked for, and goes with the next statement. committed: its last statements went with their COMMIT. */
const transactions = new WeakMap<Connection, 'begins' | 'committed'>();

/** What is sent of a statement, so that a transaction costs no journeys of its own: null, nothing now. Only where several may be sent as one. */
function joinedWithTransaction(connection: Connection, sql: string): { sql: string; answerOf(answer: unknown): unknown } | null {
  const state = transactions.get(connection);
  transactions.delete(connection);
  if (sql.startsWith('BEGIN')) {
    transactions.set(connection, 'begins');
    return null;
  }
  const ends = /^(COMMIT|ROLLBACK(?! TO))/.test(sql);
  if (state !== undefined && ends) return null; // nothing of it was sent, or all of it is committed
  if (state !== 'begins') return { sql, answerOf: (answer) => answer };
  const answerOf = (answer: unknown) => {
    const [, ...rest]: unknown[] = Array.isArray(answer) ? answer : [];
    return sql.includes(SEVERAL) ? rest : rest[0];
  };
  return { sql: BEGIN + sql, answerOf };
}

/**
 * A transaction without what knex does around each statement. Its last statements bring its COMMIT with them, in one journey. Of one
 * that could not be taken back the connection is ended, and with it the transaction; why it was taken back matters more.
 */
export async function transaction<T>(knex: Knex, work: (trx: Transaction) => Promise<T>): Promise<T> {
  const { client } = knex;
  const connection: Connection = await client.acquireConnection();
  const run = async (sql: string, bindings: readonly Value[] = []): Promise<unknown> => {
    const { response }: Query = await client._query(connection, { sql, bindings });
    return Array.isArray(response) ? response[0] : undefined;
  };
  try {
    await run('BEGIN');
    const result = await work({
      async ask(sql, bindings) {
        const rows = await run(sql, bindings);
        return Array.isArray(rows) ? rows : [];
      },
      async runLast(script, at_once) {
        if (!at_once) for (const { sql, bindings } of script) await run(sql, bindings);
        else if (script.length > 0) await runAndCommit(connection, run, script);
      },
    });
    await run('COMMIT');
    return result;
  } catch (error) {
    await run('ROLLBACK').catch(() => connection.close());
    throw error;
  } finally {
    await client.releaseConnection(connection);
  }
}

/** An error does not say which of them it is of. */
async function runAndCommit(
  connection: Connection,
  run: (sql: string, bindings: readonly Value[]) => Promise<unknown>,
  script: Bound[],
): Promise<void> {
  await run(
    [...script.map(({ sql }) => sql), 'COMMIT'].join(SEVERAL),
    script.flatMap(({ bindings }) => bindings),
  );
  transactions.set(connection, 'committed');
}
