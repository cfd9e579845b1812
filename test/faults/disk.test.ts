/** A disk that fills up, and a read-only one: a clear error, nothing half-written, and on it goes once there is room. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Client } from '../../cli/client.ts';
import { exportTo } from '../../cli/library/export.ts';
import { ApiError } from '../../contract/client.ts';
import { backupFolder } from '../../persistence/backup/backup.ts';
import { allRest, found, inFolder, keptOutput, type Service, sent, serviceOn } from '../worlds/folder-world.ts';
import { numberReader, pictureOf, wordOf } from '../worlds/numbered.ts';
import { type SmallDisk, smallDisk } from '../worlds/small-disk.ts';
import { until } from '../worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
/** Outside of tests a result that could not be written is reported again after a minute, and an outage is waited out for 30 s at a time. */
const SOON = { limits: { job_check_min_ms: 500 }, task_limits: { outage_pause_ms: 500 } };
const never = new AbortController().signal;
const full = (error: unknown) => error instanceof ApiError && error.status === 507 && error.code === 'STORAGE_FULL';
const tuodi = (data: string, ...args: string[]) =>
  spawnSync(process.execPath, [MAIN, '--data-dir', data, ...args], {
    encoding: 'utf8',
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' },
    timeout: 30_000,
  });
const filesIn = (dir: string) => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const counts = async (client: Client) =>
  (await client.request('GET', '/v1/resources/counts')).body as { total: number; by_status: object }; // our own answer

/** The parts that are not ok, by their states. */
async function faulty(client: Client): Promise<Record<string, string>> {
  const { parts } = (await client.api.ops_summary()).body;
  return Object.fromEntries(parts.filter(({ state }) => state !== 'ok').map(({ part, state }) => [part, state]));
}

describe('a disk that fills up', () => {
  let disk: SmallDisk | null = null;
  let service: Service | null = null;
  afterEach(async () => {
    disk?.makeRoom();
    await service?.stop();
    disk?.end();
    [service, disk] = [null, null];
  });

  test('uploads, commits and searches while it is full: 507, nothing of them stays, and all is well once there is room', async (t) => {
    disk = smallDisk((why) => t.skip(why));
    if (!disk) return;
    const data = path.join(disk.dir, 'data');
    service = await serviceOn(data);
    const { client } = service;
    await sent(client, 1);
    disk.fill(0);
    await assert.rejects(sent(client, 2), full);
    const announced = { filename: 'a.png', content_type: 'image/png', byte_size: 5, metadata: { title: 'x' } };
    await assert.rejects(client.request('POST', '/v1/resources', { body: announced }), full);
    const [one] = await found(client, wordOf(1));
    await assert.rejects(client.request('PATCH', `/v1/resources/${one}/metadata`, { body: { title: 'other' } }), full);
    assert.deepEqual(filesIn(path.join(data, 'objects', '.tmp')), []);
    assert.deepEqual(filesIn(path.join(data, 'objects', 'incoming')), []);
    assert.equal((await counts(client)).total, 1);
    const { database } = await faulty(client);
    assert.equal(database, 'full');
    disk.makeRoom();
    assert.equal((await sent(client, 2)).status, 'INDEXED');
    await client.request('PATCH', `/v1/resources/${one}/metadata`, { body: { title: 'numbat' } });
    await allRest(client);
    assert.deepEqual(await found(client, 'numbat'), [one]);
    await until('all parts are ok', async () => Object.keys(await faulty(client)).length === 0);
  });

  test('uploads are refused with 507 before it is full; reads, edits, removals and what is in already go on', async (t) => {
    disk = smallDisk((why) => t.skip(why));
    if (!disk) return;
    service = await serviceOn(path.join(disk.dir, 'data'));
    const { client } = service;
    for (const number of [1, 2]) await sent(client, number);
    const announced = { filename: 'a.png', content_type: 'image/png', byte_size: 5, metadata: { title: 'x' } };
    const { body: begun } = await client.request('POST', '/v1/resources', { body: announced });
    const { upload } = begun as { upload: { url: string; headers: Record<string, string> } }; // our own answer
    disk.fill(3 * 1024 * 1024); // less than the tenth that is kept
    await assert.rejects(sent(client, 3), full);
    await assert.rejects(client.request('POST', '/v1/resources', { body: announced }), full);
    const put = await fetch(upload.url, { method: 'PUT', headers: upload.headers, body: 'bytes' });
    assert.equal(put.status, 507);
    const [one] = await found(client, wordOf(1));
    const { body } = await client.request('GET', `/v1/resources/${one}`);
    const shown = await fetch((body as { preview_url: string }).preview_url); // our own answer
    assert.equal(shown.status, 200);
    await client.request('PATCH', `/v1/resources/${one}/metadata`, { body: { title: 'numbat' } });
    await until('the edit is found', async () => (await found(client, 'numbat')).length === 1);
    const ready = await client.request('GET', '/readyz');
    assert.match(JSON.stringify(ready.body), /"name":"disk","detail":"[^"]*uploads are refused: [^"]*make room"/);
    const [other] = await found(client, wordOf(2));
    await client.request('DELETE', `/v1/resources/${other}?purge=true`);
    await until('it is removed', async () => (await found(client, wordOf(2))).length === 0);
    disk.makeRoom();
    assert.equal((await sent(client, 3)).status, 'INDEXED');
    assert.doesNotMatch(JSON.stringify((await client.request('GET', '/readyz')).body), /"name":"disk"/);
  });

  test('pictures that were under way when it filled up come to rest by themselves once there is room: INDEXED, none failed', async (t) => {
    disk = smallDisk((why) => t.skip(why));
    if (!disk) return;
    service = await serviceOn(path.join(disk.dir, 'data'), numberReader(), SOON);
    const { client } = service;
    const begun = new Set<number>();
    for (let number = 0; number < 16; number++) {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(await pictureOf(number))]), `${number}.png`);
      if (number === 8) disk.fill(120_000); // what is under way finds a little room, and then none
      await client.request('POST', '/v1/resources', { body: form }).then(
        () => begun.add(number),
        (error: unknown) => assert.ok(full(error)),
      );
    }
    assert.ok(begun.size >= 8);
    const waiting = (await counts(client)).by_status;
    disk.makeRoom();
    await allRest(client);
    for (const number of begun) await until(`picture ${number}`, async () => (await found(client, wordOf(number))).length === 1);
    const { body } = await client.request('GET', '/v1/resources?phase=failed');
    assert.deepEqual((body as { items: unknown[] }).items, [], JSON.stringify(waiting)); // our own answer
  });

  test('an export and a backup to a full disk say so, and leave nothing half-written', (t) =>
    inFolder(async (dir, serve) => {
      disk = smallDisk((why) => t.skip(why));
      if (!disk) return;
      const { client } = await serve(path.join(dir, 'data'));
      for (let number = 0; number < 3; number++) await sent(client, number);
      disk.fill(8_192);
      const [to, backup] = [path.join(disk.dir, 'export'), path.join(disk.dir, 'backup')];
      await assert.rejects(exportTo(client, to, keptOutput(), never), { code: 'ENOSPC' });
      assert.deepEqual(
        filesIn(to).filter(({ name }) => name.endsWith('.part') || name.endsWith('.ndjson')),
        [],
      );
      const options = {
        data_dir: path.join(dir, 'data'),
        target: backup,
        copy: true,
        version: '0',
        wall: Date.now,
        signal: never,
      };
      await assert.rejects(backupFolder(options));
      assert.deepEqual(readdirSync(disk.dir).sort(), ['ballast', 'export']);
    }));

  test('a start on a full or read-only disk ends with one sentence that names the folder and what to do', async (t) => {
    disk = smallDisk((why) => t.skip(why));
    if (!disk) return;
    const data = path.join(disk.dir, 'data');
    disk.fill(0);
    const onFull = tuodi(data, 'serve');
    assert.deepEqual([onFull.status, onFull.stdout], [1, '']);
    assert.match(
      onFull.stderr.trim(),
      /^(the data folder \S+data can't be used|.*cannot write the facts): the disk is full: make room[^\n]*$/,
    );
    disk.makeRoom();
    assert.equal(tuodi(data, 'keys', 'create', 'a').status, 0); // a command that only reads makes no library
    disk.readOnly();
    for (const command of [['serve'], ['search', 'x']]) {
      const { status, stdout, stderr } = tuodi(data, ...command);
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr.trim(), /^the data folder \S+data can't be used: the file system is read-only[^\n]*$/);
    }
    const restored = tuodi(path.join(disk.dir, 'new'), 'restore', data);
    assert.equal(restored.status, 2);
  });
});
