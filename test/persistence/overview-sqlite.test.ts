/** The questions of the summary on SQLite: no table is read through, however large it is. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { sqlFacts } from '../../persistence/sql/open.ts';
import { sqliteDialect } from '../../persistence/sqlite/dialect.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { migrateSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { QUESTIONS } from '../ports/facts-overview.ts';
import { AT, change, commit } from '../ports/facts-rows.ts';

test('each question is a search in an index', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-overview-'));
  await migrateSqliteFacts(dir, false);
  const file = path.join(dir, 'facts.sqlite');
  const [read, write] = [sqliteKnex(file), sqliteKnex(file)];
  const facts = sqlFacts({ read, write, dialect: sqliteDialect });
  t.after(async () => {
    await facts.close();
    await rm(dir, { recursive: true, force: true });
  });
  await commit(facts, ...Array.from({ length: 50 }, (_, n) => ({ ...change(`p${n}`), next_due_at: AT + n })));
  const asked = new Map<string, unknown[]>();
  read.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings));
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    asked.clear();
    await ask(facts);
    assert.ok(asked.size > 0, name);
    for (const [sql, bindings] of [...asked]) {
      const plan: { detail: string }[] = await write.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings as string[]);
      const scans = plan
        .map(({ detail }) => detail)
        .filter(
          (detail) => /^SCAN (resources|instances|remarks)\b/.test(detail) && !/USING COVERING INDEX instances_due/.test(detail),
        );
      assert.deepEqual(scans, [], `${name}: ${sql}`);
    }
  }
});
