/** Presence on a database: several may share it, one that must be alone is alone. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { holdPresence, NotAlone, type Presence } from '../../persistence/mysql/presence.ts';
import { until } from '../support/wait.ts';
import { clock, sayServer, type TestDatabase, testDatabase } from './mysql.ts';

const CHILD = fileURLToPath(new URL('./mysql-child.js', import.meta.url));
let database: TestDatabase;
before(async () => {
  database = await testDatabase();
  await sayServer(database);
});
after(() => database.drop());

const hold = async (t: TestContext, alone: boolean, onLost: (error: Error) => void = assert.ifError): Promise<Presence> => {
  const presence = await holdPresence({ url: database.url, alone, clock, onLost });
  t.after(() => presence.release());
  return presence;
};
async function child(t: TestContext, task: 'alone' | 'shared'): Promise<ChildProcess> {
  const started = spawn(process.execPath, [CHILD, task, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
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

  it('that can not be taken again is told as lost', async (t) => {
    let lost: Error | null = null;
    await hold(t, false, (error) => {
      lost = error;
    });
    await database.sql('ALTER TABLE presence RENAME TO absence').catch(() => undefined); // waits for the holder, in vain
    const [holder] = await holders();
    const renaming = database.sql('ALTER TABLE presence RENAME TO absence');
    const killer = await testDatabase({ migrated: false });
    await killer.sql(`KILL ${holder?.id}`);
    await renaming;
    await killer.drop();
    await until('it is told', () => lost);
    await database.sql('ALTER TABLE absence RENAME TO presence');
  });
});
