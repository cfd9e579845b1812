/** Presence on a database: several may share it, one that must be alone is alone. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connected } from '../../persistence/mysql/connection.ts';
import { holdPresence, NotAlone, type Presence, type PresenceOptions } from '../../persistence/mysql/presence.ts';
import { until } from '../worlds/wait.ts';
import { clock, sayServer, type TestDatabase, testDatabase } from './mysql.ts';
import { tcpBetween } from './tcp-between.ts';

const CHILD = fileURLToPath(new URL('./mysql-child.js', import.meta.url));
let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await sayServer(database);
});
after(() => database.drop());

/** Limits of seconds scaled down; that of a lost connection's ghost is the server's, and is not. */
const SMALL = { ask_interval_ms: 100, ask_limit_ms: 1_000, regain_pause_ms: 50, ghost_ms: 500 };
const held = async (t: TestContext, options: Partial<PresenceOptions> & { alone: boolean }): Promise<Presence> => {
  const presence = await holdPresence({ url: database.url, clock, onLost: assert.ifError, limits: SMALL, ...options });
  t.after(() => presence.release());
  return presence;
};
const hold = async (t: TestContext, alone: boolean, onLost: (error: Error) => void = assert.ifError): Promise<Presence> => {
  const presence = await holdPresence({ url: database.url, alone, clock, onLost });
  t.after(() => presence.release());
  return presence;
};
async function child(t: TestContext, task: 'alone' | 'shared'): Promise<ChildProcess> {
  const started = spawn(process.execPath, [CHILD, task, database.url], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => started.kill('SIGKILL'));
  assert.ok(started.stdout);
  for await (const line of createInterface({ input: started.stdout })) {
    assert.equal(line, 'held');
    break;
  }
  return started;
}
/** The connections that hold the row, other than the test's own. */
const holders = () =>
  database.sql('SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()');

describe('presence', () => {
  it('is shared by several, and one that must be alone is told so within seconds, until they have gone', async (t) => {
    const shared = [await hold(t, false), await hold(t, false)];
    const began = performance.now();
    await assert.rejects(hold(t, true), (error) => error instanceof NotAlone && /must be alone/.test(error.message));
    assert.ok(performance.now() - began < 5_000);
    for (const presence of shared) await presence.release();
    const alone = await hold(t, true);
    await assert.rejects(hold(t, false), NotAlone);
    await assert.rejects(hold(t, true), NotAlone);
    await alone.release();
    await alone.release();
    await (await hold(t, false)).release();
  });

  for (const task of ['alone', 'shared'] as const)
    it(`of a process that is killed is free at once (${task})`, async (t) => {
      const other = await child(t, task);
      await assert.rejects(hold(t, true), NotAlone);
      other.kill('SIGKILL');
      await once(other, 'exit');
      await (await hold(t, true)).release();
    });

  it('whose connection is ended is taken again', async (t) => {
    const presence = await hold(t, true);
    const [before] = await holders();
    await database.sql(`KILL ${before?.id}`);
    await until('it is held by another connection', async () => {
      const [now] = await holders();
      return now && now.id !== before?.id;
    });
    await until('its row is locked', () =>
      hold(t, false).then(
        async (got) => void (await got.release()), // a moment too early
        (error: unknown) => error instanceof NotAlone,
      ),
    );
    await presence.release();
  });

  const SAYS_NOTHING: [what: string, before: string, after: string, code: RegExp][] = [
    ['gone', 'ALTER TABLE presence RENAME TO absence', 'ALTER TABLE absence RENAME TO presence', /1146/],
    ['locked, as a backup does', 'LOCK TABLES presence WRITE', 'UNLOCK TABLES', /1205/],
  ];
  for (const [what, before, after, code] of SAYS_NOTHING)
    it(`whose table is ${what}, is waited for, since that does not say that another process has it`, async (t) => {
      const server = await tcpBetween(database.url);
      t.after(() => server.close());
      const notified: (string | null)[] = [];
      await held(t, { url: server.url, alone: true, onUnavailable: (why) => notified.push(why?.message ?? null) });
      await server.refuse();
      const admin = await connected(database.target, clock);
      t.after(() => admin.close());
      await admin.ask(before);
      await server.through();
      await until('it is told why', () => notified.some((why) => code.test(why ?? '')));
      const since = performance.now();
      await until('its limits are over', () => performance.now() - since > 4 * SMALL.ghost_ms);
      await admin.ask(after);
      await until('it is held again', () => notified.at(-1) === null);
    });

  it('is waited for through an outage of many times every limit, and is held again after it', async (t) => {
    const server = await tcpBetween(database.url);
    t.after(() => server.close());
    const notified: (string | null)[] = [];
    await held(t, { url: server.url, alone: true, onUnavailable: (why) => notified.push(why?.message ?? null) });
    await server.refuse();
    await until('it is missed', () => notified.length > 0);
    const since = performance.now();
    await until('many limits are over', () => performance.now() - since > 20 * SMALL.ghost_ms, 60_000);
    await server.through();
    await until('it is held again', () => notified.at(-1) === null);
    await assert.rejects(hold(t, true), NotAlone);
  });

  it('that another process has taken is told as lost, with that reason, and not before a lost connection of its own would be freed', async (t) => {
    const server = await tcpBetween(database.url);
    t.after(() => server.close());
    const lost: Error[] = [];
    await held(t, { url: server.url, alone: true, onLost: (reason) => lost.push(reason) });
    await server.refuse();
    const other = await until('the row is free', () => child(t, 'alone').catch(() => null));
    assert.deepEqual(lost, [], 'while the database is away');
    await server.through();
    const reason = await until<Error>('it is told', () => lost[0]);
    assert.ok(reason instanceof NotAlone, String(reason));
    other.kill('SIGKILL');
  });
});
