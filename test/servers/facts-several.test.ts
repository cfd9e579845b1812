/** Several processes on one database: claims, the outbox, migrations. Each of these fails with the naive way. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STATUSES } from '../../contract/statuses.ts';
import { connected } from '../../persistence/mysql/connection.ts';
import { ACQUIRE_LIMIT_MS } from '../../persistence/mysql/driver.ts';
import { hasErrno } from '../../persistence/mysql/errors.ts';
import { migrateMysqlFacts, openMysqlFacts } from '../../persistence/mysql/facts.ts';
import { targetOf } from '../../persistence/mysql/target.ts';
import { MIGRATIONS } from '../../persistence/sql/migrate.ts';
import { AlreadyThere, type Facts } from '../../runtime/ports/facts.ts';
import type { PositionedMessage } from '../../runtime/ports/outbox.ts';
import { AT, change, commit, message, ORG } from '../ports/facts-rows.ts';
import { letPass, until } from '../worlds/wait.ts';
import { clock, factsOn, sayServer, type TestDatabase, testDatabase, transactionOn } from './mysql.ts';

const NAMES = MIGRATIONS.map(({ name }) => name);
const CHILD = fileURLToPath(new URL('./mysql-child.js', import.meta.url));
let database: TestDatabase;
let facts: Facts;
before(async () => {
  database = await testDatabase();
  await sayServer(database);
  facts = factsOn(database);
});
beforeEach(() => database.clear());
after(async () => {
  await facts.close();
  await database.drop();
});

const idsOf = (rows: { instance_id: string }[]) => rows.map(({ instance_id }) => instance_id).sort();

describe('claims', () => {
  it('skip what another is claiming, and do not wait for it', async (t) => {
    await commit(facts, ...['a', 'b', 'c'].map((id, n) => change(id, { next_due_at: n })));
    const other = await transactionOn(database, t);
    await other.ask("SELECT * FROM instances WHERE instance_id = 'a' FOR UPDATE");
    const began = performance.now();
    assert.deepEqual(idsOf(await facts.instances.claimDue({ now: 9, until: 99, limit: 9 })), ['b', 'c']);
    assert.ok(performance.now() - began < 3_000);
  });

  it('of four processes never overlap, and leave no lock behind', async (t) => {
    const four = [facts, factsOn(database), factsOn(database), factsOn(database)];
    t.after(() => Promise.all(four.slice(1).map((one) => one.close())));
    for (let n = 0; n < 400; n += 100)
      await commit(facts, ...Array.from({ length: 100 }, (_, m) => change(`i${n + m}`, { next_due_at: (n + m) % 50 })));
    const claimed = await Promise.all(
      four.map(async (one) => {
        const mine: string[] = [];
        for (let page = 0; page < 40; page++)
          mine.push(...idsOf(await one.instances.claimDue({ now: 99, until: 1_000, limit: 20 })));
        return mine;
      }),
    );
    assert.deepEqual([claimed.flat().length, new Set(claimed.flat()).size], [400, 400]);
    console.log(`claimed by each of four: ${claimed.map(({ length }) => length).join(', ')}`);
    await commit(facts, change('i7', { expected_seq: 1 }));
  });
});

describe('the same bytes', () => {
  it('are claimed by one picture, however many processes begin one at once, while earlier ones give theirs up', async (t) => {
    const four = [facts, factsOn(database), factsOn(database), factsOn(database)];
    t.after(() => Promise.all(four.slice(1).map((one) => one.close())));
    const claims = (id: string, byte_claim: string | null, expected_seq: number | null = null) =>
      change(id, { expected_seq, resource: { byte_claim } });
    let held: string | null = null;
    for (let round = 0; round < 30; round++) {
      const begun = await Promise.all(
        four.flatMap((one, n) =>
          [0, 1].map((m) => one.commit([claims(`r${round}-${n}-${m}`, `bytes ${round}`), claims(`o${round}-${n}-${m}`, null)])),
        ),
      );
      const gives_up = held === null ? [] : await facts.commit([claims(held, null, 1)]);
      assert.ok(gives_up.every(({ outcome }) => outcome === 'committed'));
      const [first, others] = [begun.map(([one]) => one), begun.map(([, one]) => one)];
      assert.equal(first.filter((one) => one?.outcome === 'committed').length, 1, `round ${round}`);
      assert.ok(others.every((one) => one?.outcome === 'committed'));
      for (const one of first)
        if (one?.outcome !== 'committed')
          assert.ok(one?.outcome === 'failed' && one.error instanceof AlreadyThere && one.error.table === 'resources');
      held = (await facts.resources.claimant({ org_id: ORG }, [`bytes ${round}`]))?.resource_id ?? null;
      assert.ok(held?.startsWith(`r${round}-`));
    }
  });

  it('may be brought again the moment that they are given up', async (t) => {
    const other = factsOn(database);
    t.after(() => other.close());
    await commit(facts, change('a', { resource: { byte_claim: 'x' } }));
    for (let round = 0; round < 20; round++) {
      const [holder, next] = [round === 0 ? 'a' : `n${round - 1}`, `n${round}`];
      const [gone, come] = await Promise.all([
        facts.commit([change(holder, { expected_seq: 1, resource: { byte_claim: null } })]),
        other.commit([change(next, { resource: { byte_claim: 'x' } })]),
      ]);
      assert.equal(gone[0]?.outcome, 'committed');
      if (come[0]?.outcome === 'committed') continue;
      assert.ok(come[0]?.outcome === 'failed' && come[0].error instanceof AlreadyThere);
      await commit(other, change(next, { resource: { byte_claim: 'x' } }));
    }
  });
});

describe('the outbox', () => {
  it('a reader that has seen the later message sees the earlier one when it commits', async (t) => {
    const other = await transactionOn(database, t);
    const insert = 'INSERT INTO outbox (message_id, org_id, type, at, payload) VALUES (?, ?, ?, ?, ?)';
    await other.ask(insert, ['slow', ORG, 'resource.changed', AT, '{}']);
    await commit(facts, change('fast', { outbox: [message('fast')] }));
    const [first] = await facts.outbox.relay(9);
    assert.equal(first?.id, 'fast');
    await other.ask('COMMIT');
    const rows = await database.sql('SELECT message_id FROM outbox ORDER BY outbox_id');
    assert.deepEqual(rows, [{ message_id: 'slow' }, { message_id: 'fast' }], 'an increment is given out before its commit');
    await facts.outbox.relay(9);
    assert.deepEqual(
      (await facts.outbox.afterAll(first?.position ?? 0, 9)).map(({ id }) => id),
      ['slow'],
    );
  });

  it('two relays at once give each message one position, without a gap', async (t) => {
    const two = [facts, factsOn(database)];
    t.after(() => two[1]?.close());
    const all = Array.from({ length: 300 }, (_, n) => message(`m${n}`));
    await commit(facts, change('a', { outbox: all }));
    const numbered: PositionedMessage[] = [];
    for (let round = 0; round < 4 && numbered.length < all.length; round++)
      numbered.push(...(await Promise.all([...two, ...two].map((one) => one.outbox.relay(100)))).flat());
    assert.deepEqual(
      numbered.map(({ position }) => position).sort((a, b) => a - b),
      Array.from({ length: 300 }, (_, n) => n + 1),
    );
  });
});

describe('a relay that hangs in its transaction', () => {
  it('is not waited for by another, nor by a tick, however many commits ask for one', async (t) => {
    const other = await transactionOn(database, t);
    await commit(facts, change('a', { outbox: [message('m')] }));
    await other.ask('SELECT last_position FROM upkeep FOR UPDATE');
    const began = performance.now();
    let busy = 0;
    const twenty = Array.from({ length: 20 }, () => facts.outbox.relay(9, () => void busy++));
    assert.deepEqual((await Promise.all(twenty)).flat(), []);
    assert.equal(busy, 20);
    const now = await facts.upkeep.time();
    assert.equal(await facts.upkeep.moveTime(now, { ...now, ticks: now.ticks + 1 }), true);
    assert.ok(performance.now() - began < 3_000, 'nobody has waited for the lock');
    await other.ask('COMMIT');
    assert.deepEqual(
      (await facts.outbox.relay(9)).map(({ id }) => id),
      ['m'],
    );
  });
});

describe('the tables', () => {
  it('tell time in milliseconds, and compare byte by byte as SQLite does', async () => {
    const now = await facts.upkeep.databaseTime();
    assert.ok(now !== null && Number.isInteger(now) && Math.abs(now - clock.now()) < 60_000, String(now));
    await commit(facts, change('id'), change('ID'), change('id '));
    assert.equal((await facts.instances.load('ID'))?.instance_id, 'ID');
    assert.equal((await facts.resources.counts({ org_id: `${ORG} ` }, {})).total, 0);
  });

  it('accept every status of the contract, and no other word', async () => {
    await commit(facts, ...STATUSES.map(({ status, phase }) => change(status, { resource: { status, phase } })));
    const refused = (error: unknown) => hasErrno(error, 4025, 3819); // MariaDB's and MySQL's number for a CHECK
    await assert.rejects(database.sql("UPDATE resources SET status = 'LIMBO'"), refused);
    await assert.rejects(database.sql("UPDATE resources SET phase = 'limbo'"), refused);
  });
});

describe('migrations', () => {
  const empty = async (t: TestContext): Promise<TestDatabase> => {
    const made = await testDatabase({ migrated: false });
    t.after(() => made.drop());
    return made;
  };

  it('are run once by two migrators at once, and told before', async (t) => {
    const { url } = await empty(t);
    assert.deepEqual(await migrateMysqlFacts({ url, clock }, true), NAMES);
    const both = await Promise.all([1, 2].map(() => migrateMysqlFacts({ url, clock }, false)));
    assert.deepEqual(
      both.sort((a, b) => b.length - a.length),
      [NAMES, []],
    );
    assert.deepEqual(await migrateMysqlFacts({ url, clock }, true), []);
  });

  it('wait for another migrator for as long as it is at work, and longer than a call waits for a connection', async (t) => {
    const { url } = await empty(t);
    const other = await connected(targetOf(url), clock);
    t.after(() => other.close());
    await other.ask("SELECT GET_LOCK(CONCAT('tuodi-migrate-', SHA1(DATABASE())), 0)");
    const migrating = migrateMysqlFacts({ url, clock }, false);
    const ends = migrating.then(
      () => 'ended',
      () => 'failed',
    );
    const early = await Promise.race([
      ends,
      letPass(ACQUIRE_LIMIT_MS + 1_000, 'another migrator is at work').then(() => 'waits'),
    ]);
    assert.equal(early, 'waits');
    other.close();
    assert.deepEqual(await migrating, NAMES);
  });

  it('of a migrator that is killed half-way leave no lock, and are gone on with', async (t) => {
    const { url, sql } = await empty(t);
    const child = spawn(process.execPath, [CHILD, 'migrate', url], { stdio: ['pipe', 'ignore', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    await until('it is half-way', async () => {
      const tables = await sql("SHOW TABLES LIKE 'migration_steps'");
      const [row] = tables.length > 0 ? await sql('SELECT done FROM migration_steps') : [];
      return Number(row?.done) >= 5;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.notDeepEqual(await migrateMysqlFacts({ url, clock }, true), [], 'it was killed before its end');
    const after = await openMysqlFacts({ url, clock });
    t.after(() => after.close());
    await commit(after, change('a'));
    assert.equal((await sql('SELECT COUNT(*) AS n FROM upkeep'))[0]?.n, 1);
  });

  it("go on over the statement that was under way, and stop again at one that is somebody else's", async (t) => {
    const { url, sql } = await empty(t);
    await sql('CREATE TABLE users (theirs INT)');
    for (let n = 0; n < 2; n++)
      await assert.rejects(migrateMysqlFacts({ url, clock }, false), (error) => /users/.test(String((error as Error).cause)));
    await sql('DROP TABLE users');
    await sql('UPDATE migration_steps SET done = done - 1, refused = NULL'); // as if the one before had happened unseen
    assert.deepEqual(await migrateMysqlFacts({ url, clock }, false), NAMES);
    assert.equal((await sql('SELECT * FROM migration_steps')).length, 0);
  });

  it('of a later version are refused by name', async (t) => {
    const { url, sql } = await empty(t);
    await migrateMysqlFacts({ url, clock }, false);
    await sql("INSERT INTO knex_migrations (name, batch) VALUES ('9999_later', 2)");
    await assert.rejects(openMysqlFacts({ url, clock }), /9999_later/);
  });
});
