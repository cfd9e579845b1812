/** A data folder of the first version, killed in the middle of its work, under this one. See test/fixtures/upgrade/README.md. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Client } from '../../cli/client.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import type { Resource, Upload } from '../../contract/resource.ts';
import type { Run } from '../../contract/runs.ts';
import { LaterVersion, MIGRATIONS } from '../../persistence/sql/migrate.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { allRest, found, inFolder, sent } from '../worlds/folder-world.ts';
import { wordOf } from '../worlds/numbered.ts';
import { until } from '../worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/upgrade/', import.meta.url));
const [REPORT, NOTICE] = ['01a20dcd-68bb-73c0-b8d9-23add57c8e7d', '01a20dcd-68c8-76c1-b6c0-04e29f00d508'];
const [RECEIPT, LETTER] = ['01a20dcd-68da-7546-a30a-6e262100ab17', '01a20dcd-7c0c-76f9-829d-7dd2f69d6ecc'];
const [WRONG, LATER] = ['01a20dcd-68dc-76aa-b3f5-2b4007fda3b5', '01a20dcd-78fc-7070-8733-88549fcfd881'];

async function unpacked(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(path.join(FIXTURE, 'objects'), path.join(folder, 'objects'), { recursive: true });
  await cp(path.join(FIXTURE, 'link-secret'), path.join(folder, 'link-secret'));
  for (const name of ['facts.sqlite', 'search.sqlite'])
    await writeFile(path.join(folder, name), gunzipSync(await readFile(path.join(FIXTURE, `${name}.gz`))));
}

const get = async ({ request }: Client, id: string | undefined): Promise<Resource> =>
  (await request('GET', `/v1/resources/${id}`, { headers: { prefer: 'wait=20' } })).body as Resource; // our own answer

async function endedWith(dir: string, ...args: string[]): Promise<{ code: number; err: string }> {
  const child = spawn(process.execPath, [MAIN, '--data-dir', dir, ...args], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0' },
  });
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), err };
}

describe('a data folder of another version', () => {
  test('of the first one: everything is found, what was cut short goes on, and edits, restores and uploads work', () =>
    inFolder(async (dir, serve) => {
      await unpacked(dir);
      const { client, first_key, audited } = await serve(dir);
      assert.equal(first_key, null, 'the admin key is the one that it had');
      assert.equal(await audited, 2, 'the index was of another version, and is filled again');
      await allRest(client);
      const statuses = await Promise.all([REPORT, NOTICE, RECEIPT, LETTER, WRONG, LATER].map((id) => get(client, id)));
      assert.deepEqual(
        statuses.map(({ status }) => status),
        ['INDEXED', 'INDEXED', 'TRASHED', 'INDEXED', 'REJECTED', 'AWAITING_UPLOAD'],
      );
      assert.deepEqual(await found(client, 'regatta'), [REPORT]);
      assert.deepEqual(await found(client, '停水'), [NOTICE]);
      assert.deepEqual(await found(client, 'tag:old'), [REPORT, NOTICE]);
      assert.deepEqual(await found(client, 'cut short'), [LETTER]);

      await client.request('PATCH', `/v1/resources/${REPORT}/metadata`, { body: { title: 'numbat' } });
      await client.request('PATCH', `/v1/resources/${NOTICE}/text`, { body: { pages: [{ page: 1, text: '改成别的' }] } });
      await client.request('POST', `/v1/resources/${RECEIPT}/restore`);
      await client.request('POST', `/v1/resources/${LETTER}/reprocess`, { body: { from: 'ocr' } });
      await client.request('DELETE', `/v1/resources/${WRONG}?purge=true`);
      const { body } = await client.request('POST', `/v1/resources/${LATER}/upload-url`);
      const { upload } = body as { upload: Upload }; // our own answer
      const put = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: new Uint8Array(11) });
      assert.equal(put.status, 413, 'ten bytes were announced then, and no more are taken now');
      await allRest(client);
      await until('the purge', async () => (await get(client, WRONG)).status === 'DELETED');
      assert.deepEqual([await found(client, 'numbat'), await found(client, '停水')], [[REPORT], []]);
      assert.deepEqual(await found(client, '改成别的'), [NOTICE]);
      assert.equal((await get(client, RECEIPT)).status, 'INDEXED');
      assert.deepEqual([(await get(client, LETTER)).status, (await get(client, LETTER)).revision], ['INDEXED', 2]);

      const { resource_id } = await sent(client, 9);
      assert.deepEqual(await found(client, wordOf(9)), [resource_id]);
    }));

  test('of an older analyser: the index stays searchable, and a run that nobody ordered makes it again', () =>
    inFolder(async (dir, serve) => {
      const before = await serve(dir);
      const { resource_id } = await sent(before.client, 3);
      await before.stop();
      const file = path.join(dir, 'search.sqlite');
      const db = openDatabase(file);
      db.exec('UPDATE entries SET analyser = NULL; PRAGMA user_version = 2003');
      db.close();
      const { client, audited } = await serve(dir);
      assert.deepEqual(await found(client, wordOf(3)), [resource_id]);
      assert.equal(await audited, 0, 'nothing was lost');
      await until('the run is done', async () => {
        const { body } = await client.request('GET', '/v1/ops/runs?kind=reindex');
        return (body as { items: Run[] }).items.some(({ status, counts }) => status === 'done' && counts.filled === 1); // our own answer
      });
      assert.deepEqual(await found(client, wordOf(3)), [resource_id]);
    }));

  test('of a later one: it is refused with what to do, and nothing in it is touched', () =>
    inFolder(async (dir, serve) => {
      await unpacked(dir);
      const file = path.join(dir, 'facts.sqlite');
      const db = openDatabase(file);
      const later = { id: 1_000, name: '9999_of_a_later_version' };
      db.prepare("INSERT INTO knex_migrations (id, name, batch, migration_time) VALUES (?, ?, 2, '0')").run(later.id, later.name);
      db.close();
      await assert.rejects(serve(dir), (error: Error) => {
        assert.ok(error instanceof LaterVersion);
        assert.match(error.message, /9999_of_a_later_version.*start that version or a later one/);
        return true;
      });
      const ended = await endedWith(dir, 'serve');
      assert.equal(ended.code, EXIT.USAGE, 'starting it again as it is helps nothing');
      assert.match(ended.err, /9999_of_a_later_version/);
      const after = openDatabase(file);
      assert.deepEqual(
        after
          .prepare('SELECT name FROM knex_migrations ORDER BY id')
          .all()
          .map((row) => Object.values(row)[0]),
        [MIGRATIONS[0]?.name, later.name],
      );
      after.close();
    }));
});
