/** What a commit on a server must withstand: each of these fails with the naive way. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { factsAt } from '../../persistence/mysql/facts.ts';
import { AlreadyThere, type Change, type Facts, type FactWrite } from '../../runtime/ports/facts.ts';
import { AT, change, commit, everyFact, message, ORG } from '../ports/facts-rows.ts';
import { until } from '../worlds/wait.ts';
import { clock, factsOn, sayServer, type TestDatabase, testDatabase, transactionOn } from './mysql.ts';
import { proxyTo } from './mysql-proxy.ts';

const scope = { org_id: ORG };
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

const failure = (answers: Awaited<ReturnType<Facts['commit']>>): Error => {
  const failed = answers.find(({ outcome }) => outcome === 'failed');
  assert.ok(failed?.outcome === 'failed');
  return failed.error;
};
const embedding = (id: string, model: string): FactWrite => ({
  into: 'embeddings',
  row: { resource_id: id, org_id: ORG, at: AT, embedding_id: `e-${id}`, text_id: 't', model, passages: [Float32Array.of(1)] },
});

describe('a commit whose answer is lost', () => {
  for (const reaches of [true, false])
    it(`is applied once and answered as committed (the COMMIT ${reaches ? 'reached the server' : 'was lost as well'})`, async (t) => {
      const proxy = await proxyTo(database.target.port);
      const behind = factsAt({ ...database.target, port: proxy.port }, clock);
      t.after(async () => {
        await behind.close();
        await proxy.close();
      });
      await commit(behind, change('a'), change('moved'));
      await commit(facts, change('moved', { expected_seq: 1 }));
      proxy.cutNext(reaches);
      const batch = [
        change('a', { expected_seq: 1, commit_id: 'mine', writes: everyFact('a', '2'), outbox: [message('m')] }),
        change('n', { commit_id: 'new' }),
        change('moved', { expected_seq: 1, commit_id: 'too late' }),
      ];
      const answers = await behind.commit(batch);
      assert.equal(proxy.cuts(), 1);
      assert.deepEqual(
        answers.map(({ outcome }) => outcome),
        ['committed', 'committed', 'lost'],
      );
      assert.equal((await facts.journal.list(scope, 'a', { after: null, limit: 9 })).length, 2);
      assert.equal((await facts.instances.load('a'))?.instance.seq, 2);
      const notified = (await facts.outbox.relay(99)).map(({ id }) => id);
      assert.deepEqual(notified.sort(), ['a-1', 'm', 'moved-1', 'moved-2', 'n-1']);
    });

  it('is committed also when another has moved the instance on since, and its index targets are others now', async (t) => {
    const proxy = await proxyTo(database.target.port);
    const behind = factsAt({ ...database.target, port: proxy.port }, clock);
    t.after(async () => {
      await behind.close();
      await proxy.close();
    });
    await commit(behind, change('a'));
    const gate = await transactionOn(database, t); // keeps the second look waiting until the world has gone on
    proxy.cutNext(true);
    const answer = behind.commit([change('a', { expected_seq: 1, commit_id: 'mine', expects: { index_targets: null } })]);
    await until('it is in', async () => (await facts.instances.load('a'))?.instance.seq === 2);
    await gate.ask("SELECT * FROM instances WHERE instance_id = 'a' FOR UPDATE");
    await gate.ask("UPDATE instances SET seq = 3 WHERE instance_id = 'a'");
    await gate.ask("UPDATE index_targets SET live = 'other'");
    await gate.ask('COMMIT');
    assert.deepEqual(await answer, [{ outcome: 'committed' }]);
  });
});

describe('commits beside others', () => {
  it('a new instance does not wait for one who looked for its neighbour (REPEATABLE READ locks the gap)', async (t) => {
    await commit(facts, change('a'), change('z'));
    const other = await transactionOn(database, t);
    await other.ask("SELECT * FROM instances WHERE instance_id = 'm' FOR UPDATE");
    const began = performance.now();
    await commit(facts, change('n'), change('b'));
    assert.ok(performance.now() - began < 3_000);
  });

  it('many writers with the same resources, in any order, have no deadlock and lose nothing', async (t) => {
    const writers = [facts, factsOn(database), factsOn(database), factsOn(database)];
    t.after(() => Promise.all(writers.slice(1).map((one) => one.close())));
    const [before] = await database.sql("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    const won = new Map<string, number>();
    const work = async (writer: Facts, turn: number) => {
      for (let round = 0; round < 12; round++) {
        const ids = Array.from({ length: 10 }, (_, n) => `r${(n * 7 + round + turn * 3) % 14}`);
        const changes: Change[] = [];
        for (const id of new Set(ids)) {
          const seq = (await writer.instances.load(id))?.instance.seq ?? null;
          const commit_id = `${turn}-${round}`;
          changes.push(change(id, { expected_seq: seq, commit_id, next_due_at: round, outbox: [message(`${id}-${commit_id}`)] }));
        }
        await writer.instances.claimDue({ now: 99, until: 100, limit: 5 });
        for (const [n, answer] of (await writer.commit(changes)).entries()) {
          assert.notEqual(answer.outcome, 'failed', answer.outcome === 'failed' ? String(answer.error) : '');
          const id = changes[n]?.instance_id ?? '';
          if (answer.outcome === 'committed') won.set(id, (won.get(id) ?? 0) + 1);
        }
      }
    };
    await Promise.all(writers.map(work));
    for (const [id, times] of won) assert.equal((await facts.instances.load(id))?.instance.seq, times, id);
    const [later] = await database.sql("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
    console.log(`deadlocks meanwhile, on the whole server: ${Number(later?.Value) - Number(before?.Value)}`);
  });

  it('one that collides is tried again, and goes well once the other has ended', async (t) => {
    await commit(facts, change('a'), change('b'));
    const other = await transactionOn(database, t);
    await other.ask("UPDATE instances SET next_due_at = 1 WHERE instance_id = 'b'");
    const answer = facts.commit([change('a', { expected_seq: 1 }), change('b', { expected_seq: 1 })]);
    await until('it waits for the row', async () => {
      const waiting =
        "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%INDEX (PRIMARY)%FOR UPDATE'";
      return (await database.sql(waiting)).length > 0;
    });
    // The other wants what the batch has locked: a deadlock, of which one of the two is the victim.
    await other.ask("UPDATE instances SET next_due_at = 1 WHERE instance_id = 'a'").catch(() => undefined);
    await other.ask('ROLLBACK');
    assert.deepEqual(await answer, [{ outcome: 'committed' }, { outcome: 'committed' }]);
  });
});

describe('a change that the server refuses', () => {
  it('fails alone, and is not cut to fit (INSERT IGNORE would); its error names the column and not what was written', async () => {
    const secret = '秘密 secret';
    const bad = change('b', { writes: [embedding('b', secret.repeat(40))] });
    const [a, failed, c] = await facts.commit([change('a'), bad, change('c')]);
    assert.deepEqual([a?.outcome, failed?.outcome, c?.outcome], ['committed', 'failed', 'committed']);
    const error = failure([failed ?? { outcome: 'lost' }]);
    assert.match(error.message, /model/);
    const reported = JSON.stringify([error.message, error.stack, { ...error }]);
    assert.ok(!reported.includes('secret') && !reported.includes('秘密'), reported);
    assert.equal(await facts.instances.load('b'), null);
    assert.equal(await facts.texts.embedding(scope, 'e-b'), null);
  });

  it('says which table a key was taken in, whatever the key is called', async () => {
    const key = (id: string): FactWrite => ({
      into: 'idempotency_keys',
      row: { resource_id: id, org_id: ORG, at: AT, key: 'k-secret', fingerprint: 'f' },
    });
    await commit(facts, change('a', { writes: [key('a')] }));
    const error = failure(await facts.commit([change('b', { writes: [key('b')] }), change('c')]));
    assert.ok(error instanceof AlreadyThere && error.table === 'idempotency_keys', String(error));
    assert.ok(!JSON.stringify([String(error.cause), error.stack]).includes('k-secret'));
  });

  it('a large change goes alone, and one that the server takes by no means fails alone', async () => {
    const [row] = await database.sql('SELECT @@max_allowed_packet AS bytes');
    const large = (id: string, length: number): Change => {
      const page = { page: 1, width: 1, height: 1, text: 'x'.repeat(length), confidence: 1, words: [] };
      const recognition = { resource_id: id, org_id: ORG, at: AT, recognition_id: `r-${id}`, engine: 'e', pages: [page] };
      return change(id, { writes: [{ into: 'recognitions', row: recognition }] });
    };
    const answers = await facts.commit([
      ...[change('a'), large('b', 3_000_000), change('c'), large('d', Number(row?.bytes) + 1_000), change('e')],
    ]);
    assert.deepEqual(
      answers.map(({ outcome }) => outcome),
      ['committed', 'committed', 'committed', 'failed', 'committed'],
    );
    assert.equal((await facts.texts.recognition(scope, 'r-b'))?.pages[0]?.text.length, 3_000_000);
    assert.ok(failure(answers).message.length < 500, 'its error does not repeat it');
  });
});
