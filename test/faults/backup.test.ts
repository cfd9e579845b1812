/** A backup is taken while the service takes pictures in, edits and removes them; and what is restored is whole. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type BackupOptions, backupFolder } from '../../persistence/backup/backup.ts';
import { BadBackup, MANIFEST_FILE } from '../../persistence/backup/manifest.ts';
import { CutShort } from '../../persistence/backup/mark.ts';
import { restoreFolder } from '../../persistence/backup/restore.ts';
import { namedIn } from '../../persistence/backup/snapshot.ts';
import { allRest, found, inFolder, type Serve, sent, serviceOn } from '../worlds/folder-world.ts';
import { wordOf } from '../worlds/numbered.ts';
import { until } from '../worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const never = new AbortController().signal;
const backedUp = (data_dir: string, target: string, more: Partial<BackupOptions> = {}) =>
  backupFolder({ data_dir, target, copy: false, version: '0.0.0', wall: Date.now, signal: never, ...more });
const restored = (backup: string, data_dir: string) => restoreFolder({ backup, data_dir, copy: false, signal: never });

/** Twelve pictures, one of which is in the trash. */
async function filled(folder: string, serve: Serve) {
  const service = await serve(folder);
  const all = await Promise.all(Array.from({ length: 12 }, (_, number) => sent(service.client, number)));
  await service.client.request('DELETE', `/v1/resources/${all[0]?.resource_id}`);
  return { service, ids: all.map(({ resource_id }) => resource_id) };
}

describe('backup and restore', () => {
  /** A service that has stopped, and its backup: nothing of them is changed by a test. */
  const still = { dir: '', data: '', backup: '', ids: [] as string[], first_key: '', local_key: '', preview: '' };
  before(async () => {
    still.dir = await mkdtemp(path.join(tmpdir(), 'tuodi-backup-'));
    still.data = path.join(still.dir, 'data');
    still.backup = path.join(still.dir, 'backup');
    const { service, ids } = await filled(still.data, serviceOn);
    const { body } = await service.client.request('GET', `/v1/resources/${ids[1]}`);
    const { preview_url } = body as { preview_url: string }; // our own answer
    Object.assign(still, { ids, first_key: service.first_key, local_key: service.local_key, preview: preview_url });
    await backedUp(still.data, still.backup, { copy: true });
    await assert.rejects(restored(still.backup, still.data), BadBackup, 'in use');
    await service.stop();
  });
  after(() => rm(still.dir, { recursive: true, force: true }));

  test('with writes going on: every picture that the backup knows has its bytes and is found after the restore', () =>
    inFolder(async (dir, serve) => {
      const [data, backup, again] = [path.join(dir, 'data'), path.join(dir, 'backup'), path.join(dir, 'again')];
      const { service, ids } = await filled(data, serve);
      let writing = true;
      const writes = async () => {
        for (let number = 100; writing; number++) {
          const { resource_id } = await sent(service.client, number);
          await service.client.request('PATCH', `/v1/resources/${resource_id}/metadata`, { body: { title: `edited ${number}` } });
          if (number % 3 === 0) await service.client.request('DELETE', `/v1/resources/${resource_id}?purge=true`);
        }
      };
      const writer = writes();
      try {
        for (let round = 0; round < 3; round++) {
          const { manifest, linked } = await backedUp(data, `${backup}-${round}`);
          assert.deepEqual(manifest.lacking, { count: 0, first: [] });
          assert.ok(linked > 0 && manifest.objects.named >= ids.length);
        }
      } finally {
        writing = false;
        await writer;
      }
      await service.stop();
      const { manifest, lacking } = await restored(`${backup}-2`, again);
      assert.equal(lacking.count, 0);
      const named = [...namedIn(path.join(again, 'facts.sqlite'))].map(({ resource_id }) => resource_id);
      assert.equal(named.length, manifest.objects.named);
      const life = await serve(again);
      assert.ok((await life.audited) >= ids.length - 1, 'the index was empty, and that was seen');
      await allRest(life.client);
      for (const [number, id] of ids.entries())
        assert.deepEqual(await found(life.client, wordOf(number)), number === 0 ? [] : [id]);
      await life.client.request('POST', `/v1/resources/${ids[0]}/restore`);
      await until('back from the trash', async () => (await found(life.client, wordOf(0))).includes(ids[0] ?? ''));
      await life.stop();
    }));

  test('a restored database that is older than its index: the entries are made again, above those that the index holds', () =>
    inFolder(async (dir, serve) => {
      const [data, backup, again] = [path.join(dir, 'data'), path.join(dir, 'backup'), path.join(dir, 'again')];
      const { service, ids } = await filled(data, serve);
      await backedUp(data, backup);
      const [, edited, removed] = ids;
      for (const title of ['zebra', 'quagga'])
        await service.client.request('PATCH', `/v1/resources/${edited}/metadata`, { body: { title } });
      await allRest(service.client);
      await service.client.request('DELETE', `/v1/resources/${removed}?purge=true`);
      await until('removed', async () => {
        const { body } = await service.client.request('GET', `/v1/resources/${removed}`);
        return (body as { status: string }).status === 'DELETED'; // our own answer
      });
      await service.stop();
      await restored(backup, again);
      await cp(path.join(data, 'search.sqlite'), path.join(again, 'search.sqlite'));
      const life = await serve(again);
      assert.equal(await life.audited, 2);
      await allRest(life.client);
      assert.deepEqual([await found(life.client, 'quagga'), await found(life.client, wordOf(1))], [[], [edited]]);
      assert.deepEqual(await found(life.client, wordOf(2)), [removed], 'the tombstone of the later time does not win');
      await life.stop();
    }));

  test('keys of commands on this machine are not handed on; an admin key and links are', () =>
    inFolder(async (dir, serve) => {
      await restored(still.backup, dir);
      const life = await serve(dir);
      const asked = async (key: string) =>
        (await fetch(`${life.url}/v1/resources`, { headers: { authorization: `Bearer ${key}` } })).status;
      assert.deepEqual([await asked(still.local_key), await asked(still.first_key)], [401, 200]);
      const { pathname, search } = new URL(still.preview);
      assert.equal((await fetch(`${life.url}${pathname}${search}`)).status, 200);
    }));

  test('what is no whole backup is refused, and so is a folder that holds something', () =>
    inFolder(async (dir) => {
      const { data, backup } = still;
      await assert.rejects(backedUp(data, backup), BadBackup, 'nothing is written over');
      await assert.rejects(backedUp(data, path.join(data, 'backup')), BadBackup, 'within the data folder');
      await assert.rejects(backedUp(path.join(dir, 'nothing'), path.join(dir, 'b')), BadBackup);
      await assert.rejects(restored(backup, data), BadBackup, 'not empty');

      const [damaged, target] = [path.join(dir, 'damaged'), path.join(dir, 'target')];
      const damage = async (how: () => Promise<unknown>) => {
        await rm(damaged, { recursive: true, force: true });
        await cp(backup, damaged, { recursive: true });
        await how();
        await assert.rejects(restored(damaged, target), BadBackup);
        await assert.rejects(stat(path.join(target, 'facts.sqlite')), { code: 'ENOENT' });
      };
      await damage(() => rm(path.join(damaged, MANIFEST_FILE)));
      await damage(() => truncate(path.join(damaged, MANIFEST_FILE), 40));
      await damage(() => appendFile(path.join(damaged, 'facts.sqlite'), 'x'));
      await damage(() => writeFile(path.join(damaged, 'objects', 'more'), 'x'));
    }));

  test('a picture whose bytes were damaged in the backup is named, and all others are restored', () =>
    inFolder(async (dir) => {
      const [damaged, again] = [path.join(dir, 'damaged'), path.join(dir, 'again')];
      await cp(still.backup, damaged, { recursive: true });
      const [one] = namedIn(path.join(damaged, 'facts.sqlite'));
      const file = path.join(damaged, 'objects', one?.key ?? '');
      const bytes = await readFile(file);
      bytes[50] = (bytes[50] ?? 0) ^ 1;
      await writeFile(file, bytes);
      const { lacking } = await restored(damaged, again);
      assert.deepEqual([lacking.count, lacking.first[0]?.resource_id], [1, one?.resource_id]);
      assert.equal([...namedIn(path.join(again, 'facts.sqlite'))].length, still.ids.length);
    }));

  test('killed half-way, a backup leaves nothing that a restore would take, and a restore nothing that a service would', () =>
    inFolder(async (dir, serve) => {
      const { data } = still;
      const [backup, again] = [path.join(dir, 'backup'), path.join(dir, 'again')];
      const part = path.join(dir, '.backup.tuodi-part');
      await killed(['--data-dir', data, 'backup', '--copy', backup], path.join(part, 'objects'), backup);
      await assert.rejects(stat(backup), { code: 'ENOENT' });
      await assert.rejects(restored(part, again), BadBackup);
      await backedUp(data, backup);
      await assert.rejects(stat(part), { code: 'ENOENT' }, 'what the killed one left is gone');

      await killed(['--data-dir', again, 'restore', '--copy', backup], path.join(again, 'objects'), again);
      await assert.rejects(serve(again), CutShort);
      await restored(backup, again);
      await serve(again);
    }));
});

const TRIES = 10;
/** Ended by SIGKILL as soon as `there` is. One that was faster is begun anew, with what it made removed. */
async function killed(args: string[], there: string, made: string): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    await rm(made, { recursive: true, force: true });
    const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    await until(there, () => stat(there).catch(() => child.exitCode !== null));
    child.kill('SIGKILL');
    const [, signal] = await ended;
    if (signal === 'SIGKILL') return;
  }
  assert.fail(`${args.join(' ')} was always faster`);
}
