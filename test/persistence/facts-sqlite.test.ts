/** Facts on SQLite: the conformance suite, and the plans of its hot queries. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Knex } from 'knex';
import { STATUSES } from '../../contract/statuses.ts';
import { MIGRATIONS } from '../../persistence/sql/migrate.ts';
import { sqlFacts } from '../../persistence/sql/open.ts';
import { sqliteDialect } from '../../persistence/sqlite/dialect.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { migrateSqliteFacts, openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { FolderInUse, lockFolder } from '../../persistence/sqlite/lock.ts';
import type { Change, Facts } from '../../runtime/ports/facts.ts';
import { factsSuite } from '../ports/facts.ts';
import { change, commit, ORG } from '../ports/facts-rows.ts';
import { seeded } from '../worlds/texts.ts';

/** A folder, and things to close with it, also when the test fails: an open knex would keep the process from ending. */
async function place(t: TestContext): Promise<{ dir: string; keep<T extends Facts | Knex>(opened: T): T }> {
  const dir = await mkdtemp(join(tmpdir(), 'tuodi-facts-'));
  const kept: (Facts | Knex)[] = [];
  t.after(async () => {
    for (const one of kept) await ('destroy' in one ? one.destroy() : one.close());
    await rm(dir, { recursive: true });
  });
  return {
    dir,
    keep(opened) {
      kept.push(opened);
      return opened;
    },
  };
}
const scope = { org_id: ORG };
const ALL = MIGRATIONS.map(({ name }) => name);

factsSuite('SQLite', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tuodi-facts-'));
  const facts = await openSqliteFacts(dir);
  return {
    facts,
    async close() {
      await facts.close();
      await rm(dir, { recursive: true });
    },
  };
});

describe('Facts on SQLite', () => {
  it('are there again when the folder is opened again', async (t) => {
    const { dir, keep } = await place(t);
    const first = keep(await openSqliteFacts(dir));
    const made = change('a');
    await commit(first, made);
    await first.close();
    const again = keep(await openSqliteFacts(dir));
    assert.deepEqual((await again.instances.load('a'))?.instance, made.instance);
  });

  it('migrations are told before they are run, run once, and not under a running service', async (t) => {
    const { dir } = await place(t);
    assert.deepEqual(await migrateSqliteFacts(dir, true), ALL);
    const lock = lockFolder(dir);
    await assert.rejects(migrateSqliteFacts(dir, false), FolderInUse);
    lock.release();
    assert.deepEqual(await migrateSqliteFacts(dir, true), ALL);
    assert.deepEqual(await migrateSqliteFacts(dir, false), ALL);
    assert.deepEqual(await migrateSqliteFacts(dir, true), []);
  });

  it('a database of a later version is refused, by the name of its migration', async (t) => {
    const { dir, keep } = await place(t);
    await migrateSqliteFacts(dir, false);
    const knex = keep(sqliteKnex(join(dir, 'facts.sqlite')));
    await knex('knex_migrations').insert({ name: '9999_later', batch: 2 });
    await assert.rejects(openSqliteFacts(dir), /9999_later/);
  });

  it('every status of the contract is accepted by the table, and no other word', async (t) => {
    const { dir, keep } = await place(t);
    const facts = keep(await openSqliteFacts(dir));
    await commit(facts, ...STATUSES.map(({ status, phase }) => change(status, { resource: { status, phase } })));
    await facts.close();
    const knex = keep(sqliteKnex(join(dir, 'facts.sqlite')));
    await assert.rejects(knex('resources').update({ status: 'LIMBO' }), /CHECK constraint failed/);
    await assert.rejects(knex('resources').update({ phase: 'limbo' }), /CHECK constraint failed/);
  });

  it('the counts it keeps are those of the rows, whatever becomes of them', async (t) => {
    const { dir, keep } = await place(t);
    const facts = keep(await openSqliteFacts(dir));
    const random = seeded(20261124);
    const below = (max: number) => Math.floor(random() * max);
    const seqs = new Map<string, number>();
    for (let step = 0; step < 300; step++) {
      const id = `r${below(40)}`;
      const { status, phase } = STATUSES[below(STATUSES.length)] ?? STATUSES[0];
      const expected_seq = seqs.get(id) ?? null;
      const mine = below(5) === 0 ? { expected_seq: 99 } : { expected_seq }; // now and then it loses, and changes nothing
      const [answer] = await facts.commit([change(id, { ...mine, resource: { status, phase } })]);
      if (answer?.outcome === 'committed') seqs.set(id, (expected_seq ?? 0) + 1);
    }
    const { total, by_status } = await facts.resources.counts(scope, {});
    assert.equal(total, seqs.size);
    // With a filter on what is not kept, the rows themselves are counted.
    assert.deepEqual((await facts.resources.counts(scope, { created_from: 0 })).by_status, by_status);
    const [first = 'INDEXED'] = STATUSES.map(({ status }) => status).filter((status) => by_status[status]);
    assert.equal((await facts.resources.counts(scope, { status: [first] })).total, by_status[first]);
    assert.equal((await facts.resources.counts({ org_id: 'another' }, {})).total, 0);
  });

  it('a full disk fails changes with an error, writes none of them by half, and ends when there is room', async (t) => {
    const { dir, keep } = await place(t);
    await migrateSqliteFacts(dir, false);
    const facts = keep(await openSqliteFacts(dir, { max_pages: 400 }));
    const large = (id: string): Change => change(id, { writes: [{ into: 'recognitions', row: recognition(id) }] });
    const committed: string[] = [];
    let failed: Error | null = null;
    for (let n = 0; n < 400 && !failed; n++) {
      const pair = [large(`${n}-a`), large(`${n}-b`)];
      for (const [index, answer] of (await facts.commit(pair)).entries()) {
        if (answer.outcome === 'committed') committed.push(`${n}-${'ab'[index]}`);
        if (answer.outcome === 'failed') failed = answer.error;
      }
    }
    assert.match(String(failed), /full/);
    await facts.ping();
    await facts.close();
    const roomy = keep(await openSqliteFacts(dir));
    assert.equal((await roomy.resources.counts(scope, {})).total, committed.length);
    for (const id of committed) {
      assert.ok(await roomy.instances.load(id));
      assert.ok(await roomy.texts.recognition(scope, id));
      assert.equal((await roomy.journal.list(scope, id, { after: null, limit: 9 })).length, 1);
    }
    await commit(roomy, large('there is room'));
  });

  it('no hot query reads a whole table or sorts what an index has in order', async (t) => {
    const { dir, keep } = await place(t);
    await migrateSqliteFacts(dir, false);
    const [read, write] = [keep(sqliteKnex(join(dir, 'facts.sqlite'))), keep(sqliteKnex(join(dir, 'facts.sqlite')))];
    const asked = new Map<string, unknown[]>();
    for (const knex of [read, write])
      knex.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => asked.set(sql, bindings));
    const facts = sqlFacts({ read, write, dialect: sqliteDialect });
    await commit(facts, change('a', { next_due_at: 1 }));
    await commit(
      facts,
      change('a', {
        expected_seq: 1,
        next_due_at: 1,
        writes: [{ into: 'nothing', row: { resource_id: 'a', org_id: ORG, at: 1 } }],
      }),
    );
    await facts.instances.claimDue({ now: 5, until: 9, limit: 10 });
    await facts.instances.withJobs('a', 10);
    await facts.instances.reschedule('a', 1, 5);
    for (const sort of ['-created_at', 'title'] as const)
      for (const filter of [
        {},
        { status: ['INDEXED' as const] },
        { phase: ['ready' as const] },
        { batch_id: ['b'] },
        { sha256: ['s'] },
        { tag: ['t'] },
        { remark: ['page_unread' as const] },
        { created_from: 1, created_to: 9 },
      ])
        for (const after of [null, { key: sort === 'title' ? 'k' : 5, resource_id: 'r' }]) {
          await facts.resources.list(scope, filter, { sort, after, limit: 50 });
          await facts.resources.counts(scope, filter);
        }
    await facts.resources.getMany(scope, ['a', 'b']);
    await facts.resources.alive(scope, 's');
    await facts.resources.claimant(scope, ['s', 's/1']);
    await facts.resources.withBytes(scope, ['s', 't'], 10);
    await facts.resources.withdrawn(scope, 10);
    await facts.instances.nextDueAt('a');
    await facts.instances.listSetAside('a', 10);
    await facts.texts.texts(scope, ['t', 'u'], 1_000);
    await facts.texts.recognisedPages(scope, [{ recognition_id: 'r', places: [0] }], 1_000);
    await facts.resources.byIdempotencyKey(scope, 'k');
    await facts.texts.text(scope, 't');
    await facts.journal.list(scope, 'a', { after: 1, limit: 10 });
    await facts.outbox.relay(10);
    await facts.outbox.after(scope, 1, 10);
    await facts.accounts.keys(scope, 10);
    const queries = [...asked].filter(([sql]) => /\b(select|update|delete)\b/i.test(sql));
    assert.ok(queries.length > 40, `${queries.length} queries seen`);
    for (const [sql, bindings] of queries) {
      const plan: { detail: string }[] = await read.raw(`explain query plan ${sql}`, bindings.map(String));
      const steps = plan.map(({ detail }) => detail);
      assert.deepEqual(
        steps.filter((step) => /^SCAN (?!CONSTANT ROW)/.test(step) && !steps.includes(`CO-ROUTINE ${step.slice(5)}`)),
        [],
        sql,
      );
      const [, order] = /from `resources` .*order by r\.(\w+)/.exec(sql) ?? [];
      const inOrder =
        order === 'created_at'
          ? !/`tag`|`remarks`/.test(sql)
          : order === 'title' && !/`(status|phase|batch_id|sha256|tag)` in|`created_at`|`remarks`/.test(sql);
      if (inOrder)
        assert.deepEqual(
          steps.filter((step) => step.includes('TEMP B-TREE')),
          [],
          sql,
        );
      if (/count\(.*`batch_id` in/.test(sql)) assert.match(steps.join(), /resources_by_batch/, sql);
      if (sql.includes('set_aside_at` is not null')) assert.match(steps.join(), /instances_set_aside/, sql);
      if (/`sha256` in \(\?, \?\).*\+r\.created_at/.test(sql)) assert.match(steps.join(), /resources_same_bytes/, sql);
      if (sql.includes('`outbox` where `org_id`')) assert.match(steps.join(), /outbox_by_org/);
    }
  });
});

const recognition = (id: string) => {
  const page = { page: 1, width: 1, height: 1, text: 'x'.repeat(20_000), confidence: 1, words: [] };
  return { resource_id: id, org_id: ORG, at: 1, recognition_id: id, engine: 'e', pages: [page] };
};
