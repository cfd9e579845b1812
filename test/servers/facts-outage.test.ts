/** The database is killed, hangs, and comes back: calls fail within a limit, and go well again without a restart of ours. */
import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { connected } from '../../persistence/mysql/connection.ts';
import { isCollision, isUnavailable } from '../../persistence/mysql/errors.ts';
import { openMysqlFacts } from '../../persistence/mysql/facts.ts';
import { holdPresence } from '../../persistence/mysql/presence.ts';
import { targetOf } from '../../persistence/mysql/target.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { change, commit, ORG } from '../ports/facts-rows.ts';
import { until } from '../worlds/wait.ts';
import { clock, sayServer, type TestDatabase, testDatabase } from './mysql.ts';
import { type OwnServer, ownMariadb } from './own-mariadb.ts';

/** Time limit of a call while the server is unavailable, in ms: retries for 5 s, attempts of 3 s at most, and time for a slow machine. */
const AWAY_MS = 5_000 + 3_000 + 4_000;
/** Time limit of a call to a server that hangs, in ms: its statement's limit, then the same for another connection. */
const HANGS_MS = 10_000 + AWAY_MS;
/** Until the first call after a restart goes well. */
const BACK_MS = 3_000;

let server: OwnServer;
let database: TestDatabase;
let facts: Facts;
before(async () => {
  server = await ownMariadb();
  database = await testDatabase({ server: server.url, migrated: false });
  await sayServer(database);
  facts = await openMysqlFacts({ url: database.url, clock });
});
after(async () => {
  await facts.close();
  await server.end();
});

async function took(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
const fails = (call: Promise<unknown>) => assert.rejects(call, (error) => isUnavailable(error));
const commitFails = async (...ids: string[]) => {
  for (const answer of await facts.commit(ids.map((id) => change(id))))
    assert.ok(answer.outcome === 'failed' && isUnavailable(answer.error));
};
const present = async (t: TestContext) => {
  const lost: Error[] = [];
  const held = await holdPresence({ url: database.url, alone: true, clock, onLost: (error) => lost.push(error) });
  t.after(() => held.release());
  return lost;
};

describe('while the database is away', () => {
  it('killed: every call fails within its limit; after a restart the next go well, and nothing was lost', async (t) => {
    const lost = await present(t);
    await commit(facts, change('a'));
    await server.kill('SIGKILL');
    const many = Array.from({ length: 50 }, (_, n) => `n${n}`);
    const times = await Promise.all([
      took(() => fails(facts.ping())),
      took(() => fails(facts.instances.load('a'))),
      took(() => fails(facts.outbox.relay(9))),
      took(() => fails(facts.instances.claimDue({ now: 1, until: 2, limit: 9 }))),
      took(() => commitFails(...many)),
    ]);
    assert.ok(Math.max(...times) < AWAY_MS, times.map(Math.round).join(', '));
    console.log(`killed: calls failed after ${times.map(Math.round).join(', ')} ms`);
    const open = openMysqlFacts({ url: database.url, clock });
    await fails(open);
    await server.start();
    const back = await took(async () => {
      await facts.ping();
      await commit(facts, change('b'), change('a', { expected_seq: 1 }));
    });
    assert.ok(back < BACK_MS, `${back} ms`);
    console.log(`restarted: the next calls took ${Math.round(back)} ms`);
    assert.equal((await facts.journal.list({ org_id: ORG }, 'a', { after: null, limit: 9 })).length, 2);
    assert.equal(await facts.instances.load('n0'), null);
    assert.deepEqual(lost, []);
    const other = await connected(targetOf(database.url), clock);
    t.after(() => other.close());
    const look = 'SELECT presence_id FROM presence WHERE presence_id = 1 FOR UPDATE NOWAIT';
    await until('its presence came back too', () =>
      other.ask(look).then(
        () => false,
        (error: unknown) => isCollision(error),
      ),
    );
  });

  it('hanging: a commit and a read fail within their limits, and go well when it goes on', async () => {
    await commit(facts, change('h'));
    await facts.ping();
    await server.kill('SIGSTOP');
    const times = await Promise.all([took(() => fails(facts.ping())), took(() => commitFails('h1', 'h2'))]);
    await server.kill('SIGCONT');
    assert.ok(Math.max(...times) < HANGS_MS, times.map(Math.round).join(', '));
    console.log(`hanging: calls failed after ${times.map(Math.round).join(', ')} ms`);
    await until('it answers', () =>
      facts.ping().then(
        () => true,
        () => false,
      ),
    );
    await commit(facts, change('h', { expected_seq: 1 }));
  });
});
