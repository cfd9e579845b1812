/** The queries of the inbox on MySQL, among 4,000 pictures: each by its index, and it reads few of them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
import { failureOf } from '../../contract/failures.ts';
import { mysqlDialect } from '../../persistence/mysql/dialect.ts';
import { mysqlKnex } from '../../persistence/mysql/driver.ts';
import { sqlFacts } from '../../persistence/sql/open.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { AT, change, commit, ORG } from '../ports/facts-rows.ts';
import { COUNTED, QUESTIONS } from '../ports/inbox-queries.ts';
import { clock, type TestDatabase, testDatabase } from './mysql.ts';

const PICTURES = 4_000;
/** Pictures of the kinds that the inbox is about. */
const RARE = 40;
const failure = { ...failureOf('INDEX_REFUSED', 'planted'), step: 'index' as const, attempts: 1, at: AT };

let database: TestDatabase;
let read: Knex;
let facts: Facts;
const asked = new Map<string, unknown[]>();
before(async () => {
  database = await testDatabase();
  read = mysqlKnex({ target: database.target, clock, connections: 2 });
  read.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings));
  facts = sqlFacts({
    read,
    write: mysqlKnex({ target: database.target, clock, connections: 1, takes_several: true }),
    dialect: mysqlDialect,
  });
  for (let from = 0; from < PICTURES; from += 100)
    await commit(
      facts,
      ...Array.from({ length: 100 }, (_, i) => {
        const n = from + i;
        const of =
          n % (PICTURES / RARE) === 0 ? (['INDEX_FAILED', 'UPLOADED_NO_METADATA'] as const)[(n / (PICTURES / RARE)) % 2] : null;
        const rare = of === 'INDEX_FAILED' ? { status: of, phase: 'failed' as const, failure } : null;
        const waits = of ? { status: of, phase: 'needs_person' as const, deadline_at: AT + n, uploaded_at: AT } : null;
        const usual = {
          status: 'INDEXED',
          phase: 'ready',
          searchable: true,
          engine: n % 50 === 1 ? 'tesseract.js' : 'remote',
        } as const;
        return change(`p${n}`, { resource: { created_at: AT + n, ...(rare ?? waits ?? usual) } });
      }),
    );
  await database.sql('ANALYZE TABLE resources');
});
after(async () => {
  await facts.close();
  await database.drop();
});

/** Which index MySQL takes hangs on how common it thinks a filter to be: see docs/known-limits.md. That of SQLite is held by a test. */
describe('the inbox on MySQL', () => {
  for (const [name, { ask }] of Object.entries({ ...QUESTIONS, ...COUNTED }))
    test(`${name}: by an index`, async () => {
      asked.clear();
      await ask(facts);
      const about = [...asked].filter(([sql]) => /from `resources`/.test(sql) && !/`r`\.`resource_id` in/.test(sql));
      assert.ok(about.length > 0);
      for (const [sql, bindings] of about) {
        const plan = await database.sql(`EXPLAIN ${sql}`, bindings);
        const [of_resources] = plan.filter(({ table }) => table === 'r');
        const shown = `${sql}\n${JSON.stringify(plan)}`;
        assert.ok(of_resources?.key, shown);
        assert.notEqual(of_resources?.type, 'ALL', shown);
      }
    });
  const MIDDLE = {
    resources_newest: { sort: '-created_at', after: { key: AT + PICTURES / 2, resource_id: 'p' }, limit: 50 },
    resources_by_title: { sort: 'title', after: { key: 'a', resource_id: 'p' }, limit: 50 },
  } as const;
  for (const [index, page] of Object.entries(MIDDLE))
    test(`a page from the middle reads nothing of what is before it: ${index}`, async () => {
      asked.clear();
      await facts.resources.list({ org_id: ORG }, { not_phase: 'gone' }, page);
      const [[sql, bindings] = ['', []]] = [...asked];
      const [of_resources] = (await database.sql(`EXPLAIN ${sql}`, bindings)).filter(({ table }) => table === 'r');
      assert.deepEqual([of_resources?.type, of_resources?.key], ['range', index], JSON.stringify(of_resources));
    });
  test('months of a whole library are counted in an index alone', async () => {
    asked.clear();
    await facts.resources.countsByMonth({ org_id: ORG }, {}, 0);
    const [[sql, bindings] = ['', []]] = [...asked];
    const [of_resources] = await database.sql(`EXPLAIN ${sql}`, bindings);
    assert.match(String(of_resources?.Extra), /Using index;/, JSON.stringify(of_resources));
  });
  test('it is the organisation of the caller that is asked about', async () => {
    assert.equal((await facts.groups.failed({ org_id: ORG }, 6))[0]?.count, RARE / 2);
    assert.deepEqual(await facts.groups.failed({ org_id: 'other' }, 6), []);
  });
});
