/** The questions of the summary on MySQL, among 4,000 pictures: each is answered from an index, and reads no more than a bound. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mysqlDialect } from '../../persistence/mysql/dialect.ts';
import { mysqlKnex } from '../../persistence/mysql/driver.ts';
import { sqlFacts } from '../../persistence/sql/open.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { QUESTIONS } from '../ports/facts-overview.ts';
import { AT, change, commit } from '../ports/facts-rows.ts';
import { clock, type TestDatabase, testDatabase } from './mysql.ts';

const PICTURES = 4_000;

let database: TestDatabase;
let facts: Facts;
const asked = new Map<string, unknown[]>();
before(async () => {
  database = await testDatabase();
  const read = mysqlKnex({ target: database.target, clock, connections: 2 });
  read.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings));
  const write = mysqlKnex({ target: database.target, clock, connections: 1, takes_several: true });
  facts = sqlFacts({ read, write, dialect: mysqlDialect });
  for (let from = 0; from < PICTURES; from += 100)
    await commit(
      facts,
      ...Array.from({ length: 100 }, (_, i) => {
        const indexed = (from + i) % 10 > 0 ? ({ status: 'INDEXED', phase: 'ready', searchable: true } as const) : {};
        return {
          ...change(`p${from + i}`, { resource: { waits_since: AT + i, ...indexed } }),
          next_due_at: AT + 1_000 + from + i,
        };
      }),
    );
  await database.sql('ANALYZE TABLE resources, instances, remarks');
});
after(async () => {
  await facts.close();
  await database.drop();
});

describe('the summary on MySQL', () => {
  for (const [name, ask] of Object.entries(QUESTIONS))
    test(`${name}: by an index, whatever there is beside it`, async () => {
      asked.clear();
      await ask(facts);
      assert.ok(asked.size > 0);
      for (const [sql, bindings] of asked) {
        const plan = await database.sql(`EXPLAIN ${sql}`, bindings);
        const tables = plan.filter(({ table }) => /^(resources|instances|remarks)$/.test(String(table)));
        const shown = `${sql}\n${JSON.stringify(plan)}`;
        for (const { type, key, Extra } of tables) {
          assert.notEqual(type, 'ALL', shown);
          assert.ok(key, shown);
          if (/COUNT|MIN/.test(sql)) assert.match(String(Extra), /Using index/, shown);
        }
      }
    });
  test('nothing but index entries is counted, and no more than a bound', async () => {
    const found = await facts.overview.statuses(null);
    assert.deepEqual(found.map(({ status, count }) => [status, count]).sort(), [
      ['INDEXED', (PICTURES * 9) / 10],
      ['READY_FOR_OCR', PICTURES / 10],
    ]);
  });
});
