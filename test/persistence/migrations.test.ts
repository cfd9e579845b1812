/** A migration that is released means the same for ever: a database made by it last year and one made by it today are alike. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MIGRATIONS } from '../../persistence/sql/migrate.ts';
import { released, statementsOf } from './migration-statements.ts';

const SOURCES = fileURLToPath(new URL('../../../persistence/sql/migrations/', import.meta.url));
/** Migrations of databases that exist. A later migration is added when the version that has it is released. */
const RELEASED = ['0001_facts', '0002_servers', '0003_counts'];

describe('migrations', () => {
  for (const name of RELEASED)
    test(`${name} makes what it made when it was released, on SQLite and on MySQL`, async () => {
      const migration = MIGRATIONS.find((other) => other.name === name);
      assert.ok(migration);
      assert.equal(await statementsOf(migration), released(name));
    });

  test('import nothing of ours, so that nothing that changes can change what they mean', () => {
    for (const file of readdirSync(SOURCES)) {
      const source = readFileSync(SOURCES + file, 'utf8');
      const imports = [...source.matchAll(/^(?:import|\} from)\b[^'\n]*'([^'\n]*)'|\bimport\('([^'\n]*)'/gm)].map(
        ([, from, dynamic]) => from ?? dynamic,
      );
      assert.deepEqual(
        imports.filter((from) => from !== 'knex'),
        [],
        file,
      );
    }
  });
});
