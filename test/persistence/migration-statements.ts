/**
 * The statements of a migration, on SQLite and on MySQL. `node dist/test/persistence/migration-statements.js <name>` writes them down: once,
 * when the migration is released. From then on neither the file nor the migration changes.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import knex, { type Knex } from 'knex';
import { MIGRATIONS, type Migration } from '../../persistence/sql/migrate.ts';

const FOLDER = fileURLToPath(new URL('../../../test/fixtures/migrations/', import.meta.url));
const fileOf = (name: string): string => `${FOLDER}${name}.sql`;

/** null: it is not released. */
export const released = (name: string): string | null => {
  const file = fileOf(name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

const require = createRequire(import.meta.url);
type Query = { sql: string; bindings?: unknown[]; response?: unknown; context?: object };

/** A knex of this dialect without a database behind it: what it is asked is noted, and each statement goes well. */
function noting(dialect: 'better-sqlite3' | 'mysql2', statements: string[]): Knex {
  const Client: typeof Knex.Client = require(`knex/lib/dialects/${dialect}/index.js`);
  class Noting extends Client {
    override acquireConnection() {
      return Promise.resolve({ __knexUid: 'none' });
    }
    override releaseConnection() {
      return Promise.resolve();
    }
    _driver() {
      return {};
    }
    _query(_: unknown, query: Query) {
      statements.push(
        [query.sql.trim().replace(/\s+/g, ' '), ...(query.bindings?.length ? [JSON.stringify(query.bindings)] : [])].join(' '),
      );
      query.response = dialect === 'mysql2' ? [[], []] : [];
      query.context = { lastID: 0, changes: 0 };
      return Promise.resolve(query);
    }
  }
  const connection = dialect === 'mysql2' ? { charset: 'utf8mb4' } : { filename: ':memory:' };
  return knex({ client: Noting, connection, useNullAsDefault: true });
}

export async function statementsOf({ name, up }: Migration): Promise<string> {
  const lines = [`-- ${name}, as it was released`];
  for (const dialect of ['better-sqlite3', 'mysql2'] as const) {
    const statements: string[] = [];
    await up(noting(dialect, statements));
    lines.push('', `-- ${dialect === 'mysql2' ? 'MySQL and MariaDB' : 'SQLite'}`, ...statements);
  }
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const migration of MIGRATIONS.filter(({ name }) => process.argv.slice(2).includes(name))) {
    if (released(migration.name) !== null) throw new Error(`${migration.name} is released, and stays as it is`);
    writeFileSync(fileOf(migration.name), await statementsOf(migration));
  }
