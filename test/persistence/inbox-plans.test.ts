/** The queries of the inbox on SQLite: each by its index, without reading or sorting what it does not return. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Knex } from 'knex';
import { sqlFacts } from '../../persistence/sql/open.ts';
import { sqliteDialect } from '../../persistence/sqlite/dialect.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { migrateSqliteFacts } from '../../persistence/sqlite/facts.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { COUNTED, QUESTIONS } from '../ports/inbox-queries.ts';

let dir: string;
let read: Knex;
let facts: Facts;
const asked = new Map<string, unknown[]>();
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tuodi-inbox-'));
  await migrateSqliteFacts(dir, false);
  read = sqliteKnex(join(dir, 'facts.sqlite'));
  read.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings));
  facts = sqlFacts({ read, write: sqliteKnex(join(dir, 'facts.sqlite')), dialect: sqliteDialect });
});
after(async () => {
  await facts.close();
  await rm(dir, { recursive: true });
});

/** The plans of what is asked about resources, but for look-ups by id. */
async function plansOf(ask: (facts: Facts) => Promise<unknown>): Promise<{ sql: string; steps: string[] }[]> {
  asked.clear();
  await ask(facts);
  const plans: { sql: string; steps: string[] }[] = [];
  for (const [sql, bindings] of [...asked]) {
    if (!/from `resources`/.test(sql) || /`r`\.`resource_id` in/.test(sql)) continue;
    const plan: { detail: string }[] = await read.raw(`explain query plan ${sql}`, bindings.map(String));
    plans.push({ sql, steps: plan.map(({ detail }) => detail) });
  }
  assert.ok(plans.length > 0);
  return plans;
}

describe('the inbox', () => {
  for (const [name, { ask, index }] of Object.entries({ ...QUESTIONS, ...COUNTED }))
    test(`${name}: by its index`, async () => {
      for (const { sql, steps } of await plansOf(ask)) {
        assert.match(steps.join('\n'), index, sql);
        assert.deepEqual(
          steps.filter((step) => step.startsWith('SCAN')),
          [],
          sql,
        );
        if (name in QUESTIONS) assert.doesNotMatch(steps.join('\n'), /TEMP B-TREE/, sql);
        else if (/count\(/.test(sql)) assert.match(steps.join('\n'), /COVERING INDEX/, sql);
      }
    });
});
