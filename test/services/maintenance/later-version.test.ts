/** A database that a later version of the service has written to: before a start, and while a process of this version runs beside it. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readConfig } from '../../../app/config.ts';
import { migrateCommand } from '../../../cli/migrate.ts';
import { openDatabase, type Sqlite } from '../../../persistence/sqlite/database.ts';
import { createConditions } from '../../../runtime/health/conditions.ts';
import { resourceLifecycle } from '../../../services/lifecycles.ts';
import { noteLaterVersions, UnservedInstances } from '../../../services/maintenance/stored-versions.ts';
import { world } from '../../faults/world.ts';
import { inFolder, keptOutput, sent } from '../../worlds/folder-world.ts';
import { wordOf } from '../../worlds/numbered.ts';
import { ORG, wholeWorld } from '../../worlds/whole-world.ts';

const inFacts = (folder: string, work: (db: Sqlite) => void): void => {
  const db = openDatabase(path.join(folder, 'facts.sqlite'));
  work(db);
  db.close();
};
async function checked(folder: string, check = true) {
  const out = keptOutput();
  const code = await migrateCommand(check)(readConfig({ TUODI_DATA_DIR: folder }).config, out, {});
  return { code, line: out.lines[0] as { pending?: string[]; stored: { version: string; state: string; served: boolean }[] } }; // our own answer
}
/** A folder with a picture in it, stopped; its instance then changed. */
const changed = (sql: string, then: (folder: string, start: () => Promise<unknown>) => Promise<void>) =>
  inFolder(async (folder, serve) => {
    const service = await serve(folder);
    await sent(service.client, 1);
    await service.stop();
    inFacts(folder, (db) => void db.exec(sql));
    await then(folder, () => serve(folder));
  });

describe('pictures of a later version of the lifecycle', () => {
  test('stop a start before anything runs, with the command that lists them; all is as it was', () =>
    changed("UPDATE instances SET version = '9'", async (folder, start) => {
      await assert.rejects(start(), (error: Error) => {
        assert.ok(error instanceof UnservedInstances);
        assert.match(error.message, /resource 9.*tuodi migrate --check/);
        return true;
      });
      const { code, line } = await checked(folder);
      assert.deepEqual(
        [code, line.pending, line.stored.map(({ version, served }) => [version, served])],
        [3, [], [['9', false]]],
      );
      assert.equal((await checked(folder, false)).code, 3);
      inFacts(folder, (db) => void db.exec("UPDATE instances SET version = '2'"));
      await start(); // the folder is not locked
    }));

  test('in a state that is not known stop the first start of a program, too', () =>
    changed(
      `UPDATE instances SET body = replace(body, '"INDEXED"', '"FRAMED"'); UPDATE upkeep SET checked_for = NULL`,
      async (folder, start) => {
        const { code, line } = await checked(folder);
        assert.equal(code, 3);
        assert.ok(line.stored.some(({ state, served }) => !served && state.includes('FRAMED')));
        await assert.rejects(start(), /FRAMED.*tuodi migrate --check/s);
      },
    ));

  test('of the version before are served: what migrate --check says, a start does', () =>
    changed("UPDATE instances SET version = '1'; UPDATE upkeep SET checked_for = NULL", async (folder, start) => {
      const { code, line } = await checked(folder);
      assert.deepEqual([code, line.stored.every(({ served }) => served)], [0, true]);
      await start();
    }));

  test('are left alone by a process that runs: calls for them answer 503, explain says so, and the sweep leaves them their time', async (t) => {
    const w = await wholeWorld();
    t.after(() => w.stop());
    const { resource_id } = await w.indexed(1, wordOf(1));
    const other = await w.indexed(2, wordOf(2));
    // as a commit of a later version leaves it
    inFacts(w.folder, (db) => {
      const of = `WHERE instance_id = '${resource_id}'`;
      db.exec(
        `UPDATE instances SET version = '9', seq = seq + 1, next_due_at = 5, body = '{"snapshot":{"value":"new","context":{},"status":"active"},"jobs":{},"timers":{}}' ${of}`,
      );
      db.exec(`UPDATE resources SET seq = seq + 1 WHERE resource_id = '${resource_id}'`);
    });
    const before = await w.ports.facts.instances.load(resource_id);

    const edited = await w.call('PATCH', `/v1/resources/${resource_id}/metadata`, { body: { title: 'other' } });
    assert.deepEqual([edited.status, (edited.json as { code: string }).code], [503, 'LATER_VERSION']);
    assert.ok(Number(edited.headers.get('retry-after')) > 0);
    const removed = await w.call('DELETE', `/v1/resources/${resource_id}`);
    assert.equal(removed.status, 503);
    assert.equal((await w.get(resource_id)).status, 'INDEXED', 'it is still read');
    assert.ok((await w.found(wordOf(1))).includes(resource_id), 'and found');

    const explained = await w.explain({ scope: { org_id: ORG }, resource_id }, 'en');
    assert.match(explained?.because ?? '', /version 9 of the lifecycle, which a later version of the service has written/);
    assert.match(explained?.next.what ?? '', /A process of that version/);

    for (let round = 0; round < 3; round++) await w.service.sweep.once();
    assert.deepEqual(await w.ports.facts.instances.load(resource_id), before);
    assert.equal(await w.ports.facts.instances.nextDueAt(resource_id), 5, 'its due time is left for the other process');
    const { status } = await w.call('PATCH', `/v1/resources/${other.resource_id}/metadata`, { body: { title: 'mine' } });
    assert.equal(status, 200, 'the others go on');

    const conditions = createConditions(world);
    await noteLaterVersions(w.ports.facts.instances, resourceLifecycle().kernel, conditions);
    assert.match(conditions.list()[0]?.detail ?? '', /a later version of tuodi works on this database \(resource 9\)/);
  });
});
