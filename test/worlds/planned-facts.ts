/** Facts on SQLite that tell what they ask, and how SQLite would answer it: for tests of what is read through. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sqlFacts } from '../../persistence/sql/open.ts';
import { sqliteDialect } from '../../persistence/sqlite/dialect.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { migrateSqliteFacts } from '../../persistence/sqlite/facts.ts';

/** asked: by statement, what was read since it was cleared, with what was bound last. stepsOf: the plan of a statement, a step each. */
export async function plannedFacts() {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-planned-'));
  await migrateSqliteFacts(dir, false);
  const file = path.join(dir, 'facts.sqlite');
  const [read, write] = [sqliteKnex(file), sqliteKnex(file)];
  const facts = sqlFacts({ read, write, dialect: sqliteDialect });
  const asked = new Map<string, string[]>();
  read.on('query', ({ sql, bindings }: { sql: string; bindings: string[] }) => asked.set(sql, bindings));
  return {
    facts,
    asked,
    async stepsOf(sql: string, bindings: string[]): Promise<string[]> {
      const plan: { detail: string }[] = await write.raw(`EXPLAIN QUERY PLAN ${sql}`, bindings);
      return plan.map(({ detail }) => detail);
    },
    async stop() {
      await facts.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
