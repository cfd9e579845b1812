/** A folder that is watched: what is taken in, what is left alone, and what becomes of the files. */
import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, readdir, readFile, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import type { Client } from '../../../cli/client.ts';
import { UsageError } from '../../../cli/errors.ts';
import { type AfterIngest, disposeOf } from '../../../cli/ingest/after-ingest.ts';
import { LEAVING, statFile } from '../../../cli/ingest/folder-files.ts';
import { WATCH_LIMITS, type WatchLimits, watch } from '../../../cli/ingest/watch.ts';
import { parseAfterIngest } from '../../../cli/ingest/watch-command.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { found, inFolder, keptOutput } from '../../worlds/folder-world.ts';
import { pictureOf, wordOf } from '../../worlds/numbered.ts';
import { letPass, until } from '../../worlds/wait.ts';

const SOON: WatchLimits = { ...WATCH_LIMITS, look_ms: 10, stable_ms: 60, again_ms: 50, again_max_ms: 50 };

const running = new Set<AbortController>();
afterEach(() => {
  for (const one of running) one.abort(); // of a test that failed
});

/** A watch that has begun; `said`: of a file, once it was told of. */
function watching(client: Client | (() => Promise<Client>), folder: string, after: AfterIngest = { do: 'keep' }, limits = SOON) {
  const out = keptOutput();
  const stop = new AbortController();
  const { elapsed, sleep } = systemClock();
  let rounds = 0;
  const pace = {
    elapsed,
    sleep: (ms: number, signal: AbortSignal) => {
      rounds += 1;
      return sleep(ms, signal);
    },
  };
  const reach = typeof client === 'function' ? client : async () => client;
  const ended = watch([folder], { client: reach, options: { after }, out, pace, limits, signal: stop.signal });
  const reported = (name: string, times = 1) =>
    until(`word of ${name}`, () => out.lines.filter(({ file }) => path.basename(String(file)) === name)[times - 1]);
  running.add(stop);
  /** Resolves once what was due beside the last that was reported is done too. */
  const roundOver = (before = rounds) => until('the end of a round', () => rounds > before);
  const end = async () => {
    stop.abort();
    const { taken, failed } = await ended;
    return { taken, failed };
  };
  const left_out = async () => (await ended).left_out;
  return { out, reported, roundOver, end, left_out };
}
const total = async (client: Client): Promise<number> =>
  ((await client.request('GET', '/v1/resources/counts')).body as { total: number }).total; // our own answer

describe('a folder that is watched', () => {
  test('takes pictures in however deep they lie, and leaves alone what others write for themselves; run again, nothing comes twice', () =>
    inFolder(async (dir, serve) => {
      const { client } = await serve(path.join(dir, 'data'));
      const inbox = path.join(dir, 'inbox');
      const deep = path.join(inbox, '2026', '三月', 'a');
      await mkdir(deep, { recursive: true });
      for (const name of ['@eaDir', '.hidden', '__MACOSX']) {
        await mkdir(path.join(inbox, name));
        await writeFile(path.join(inbox, name, 'x.png'), await pictureOf(50));
      }
      for (const name of ['._1.png', '.DS_Store', 'Thumbs.db', '~$1.png', '1.png.part', '1.tmp', '1.png.crdownload', '.x.png'])
        await writeFile(path.join(inbox, name), await pictureOf(51));
      await writeFile(path.join(inbox, 'notes.txt'), 'no picture');
      await symlink(inbox, path.join(deep, 'loop'));
      await symlink('/etc/hostname', path.join(deep, 'link.png'));
      await writeFile(path.join(inbox, '1.png'), await pictureOf(1));
      await writeFile(path.join(deep, '2.png'), await pictureOf(2));
      await writeFile(path.join(deep, 'same.png'), await pictureOf(2));
      for (const round of [1, 2]) {
        const { reported, roundOver, end, out, left_out } = watching(client, inbox);
        const [one, two] = [await reported('1.png'), await reported('2.png')];
        assert.deepEqual([one.status, two.status, one.left], ['INDEXED', 'INDEXED', 'kept']);
        assert.equal(one.duplicate_of, round === 1 ? null : one.resource_id);
        assert.equal((await reported('same.png')).resource_id, two.resource_id, 'the same bytes at once are one picture');
        const link = await reported('link.png');
        assert.deepEqual([link.status, (link.failure as { code: string }).code], [null, 'NOT_AN_IMAGE'], 'read, and not sent');
        await roundOver();
        assert.deepEqual(await end(), { taken: 3, failed: 1 });
        assert.equal(out.lines.length, 4);
        assert.deepEqual(await left_out(), { other: 1, folder_links: 1, special: 0 });
      }
      assert.equal(await total(client), 2);
      assert.deepEqual((await found(client, wordOf(2))).length, 1);
    }));

  test('a file that is still being written waits until it stays as it is; one that is changed later is taken in again', () =>
    inFolder(async (dir, serve) => {
      const { client } = await serve(path.join(dir, 'data'));
      const inbox = path.join(dir, 'inbox');
      await mkdir(inbox);
      const [file, bytes] = [path.join(inbox, 'slow.png'), await pictureOf(3)];
      await writeFile(file, bytes.subarray(0, 20));
      const { reported, end, out } = watching(client, inbox, { do: 'keep' }, { ...SOON, stable_ms: 400 });
      for (let at = 20; at < bytes.length; at += 8) {
        await appendFile(file, bytes.subarray(at, at + 8));
        await letPass(30, 'the pace of a writer: always shorter than what counts as stable');
      }
      assert.equal((await reported('slow.png')).status, 'INDEXED');
      assert.equal(await total(client), 1, 'no half of it was taken in');
      await writeFile(file, await pictureOf(4));
      await reported('slow.png', 2);
      assert.deepEqual(await end(), { taken: 2, failed: 0 });
      assert.deepEqual([(await found(client, wordOf(3))).length, (await found(client, wordOf(4))).length], [1, 1]);
      assert.deepEqual(out.warnings, []);
    }));

  test('a file leaves only once its picture is in: what was refused stays, and what could not be sent', () =>
    inFolder(async (dir, serve) => {
      const { client, ...service } = await serve(path.join(dir, 'data'));
      const inbox = path.join(dir, 'inbox');
      await mkdir(inbox);
      await writeFile(path.join(inbox, 'good.png'), await pictureOf(5));
      await writeFile(path.join(inbox, 'wrong.png'), 'this is text');
      const first = watching(client, inbox, { do: 'delete' });
      assert.deepEqual([(await first.reported('good.png')).left, (await first.reported('wrong.png')).left], ['deleted', 'kept']);
      assert.deepEqual(await first.end(), { taken: 1, failed: 1 });
      assert.deepEqual(await readdir(inbox), ['wrong.png']);
      const again = watching(client, inbox, { do: 'delete' });
      assert.equal((await again.reported('wrong.png')).status, 'REJECTED');
      await again.end();
      assert.equal(await total(client), 2, 'what was refused is not sent again');

      await service.stop();
      await writeFile(path.join(inbox, 'late.png'), await pictureOf(6));
      let reach = client;
      const third = watching(async () => reach, inbox, { do: 'delete' });
      assert.equal((await third.reported('late.png')).status, null);
      assert.ok((await readdir(inbox)).includes('late.png'));
      reach = (await serve(path.join(dir, 'data'))).client;
      await until('taken in when the service is back', async () => !(await readdir(inbox)).includes('late.png'));
      await third.end();
      assert.equal((await found(reach, wordOf(6))).length, 1);
    }));

  test('files move to a folder, never over another, and what a person put into the trash does not come back', () =>
    inFolder(async (dir, serve) => {
      const { client } = await serve(path.join(dir, 'data'));
      const [inbox, done] = [path.join(dir, 'inbox'), path.join(dir, 'inbox', 'done')];
      await mkdir(path.join(inbox, 'sub'), { recursive: true });
      await mkdir(path.join(done, 'sub'), { recursive: true });
      await writeFile(path.join(done, 'sub', '7.png'), 'mine');
      await writeFile(path.join(inbox, 'sub', '7.png'), await pictureOf(7));
      const { reported, end } = watching(client, inbox, { do: 'move', to: done });
      const moved = await reported('7.png');
      assert.deepEqual([moved.left, moved.moved_to], ['moved', path.join(done, 'sub', '7 (2).png')]);
      assert.equal(await readFile(path.join(done, 'sub', '7.png'), 'utf8'), 'mine');
      await client.request('DELETE', `/v1/resources/${moved.resource_id}`);
      await rename(path.join(done, 'sub', '7 (2).png'), path.join(inbox, 'again.png'));
      const trashed = await reported('again.png');
      assert.deepEqual([trashed.status, trashed.left], ['TRASHED', 'kept']);
      await end();
    }));

  test('a new file under the name of one that was taken in is not lost; one that was leaving when a run was killed goes', () =>
    inFolder(async (dir, serve) => {
      const { client } = await serve(path.join(dir, 'data'));
      const inbox = path.join(dir, 'inbox');
      await mkdir(inbox);
      const file = path.join(inbox, 'scan.png');
      await writeFile(file, await pictureOf(8));
      const seen = await statFile(file);
      assert.ok(seen);
      const newer = await pictureOf(9);
      for (const after of [{ do: 'delete' }, { do: 'move', to: path.join(dir, 'done') }] as const) {
        await writeFile(path.join(inbox, 'scan.part'), newer);
        await rename(path.join(inbox, 'scan.part'), file);
        assert.deepEqual(await disposeOf(file, seen, inbox, after), { left: 'changed' });
        assert.deepEqual([await readFile(file), await readdir(inbox)], [newer, ['scan.png']]);
      }
      await rename(file, path.join(inbox, `${LEAVING}1.png`));
      const { reported, end } = watching(client, inbox, { do: 'delete' });
      assert.equal((await reported(`${LEAVING}1.png`)).left, 'deleted');
      await end();
      assert.deepEqual([await readdir(inbox), (await found(client, wordOf(9))).length], [[], 1]);
    }));

  test('vanishing and broken files do not end it, and it ends at once when told', () =>
    inFolder(async (dir, serve) => {
      const { client } = await serve(path.join(dir, 'data'));
      const inbox = path.join(dir, 'inbox');
      await mkdir(path.join(inbox, 'locked'), { recursive: true });
      const { reported, end } = watching(client, inbox);
      for (let number = 0; number < 10; number++) {
        await writeFile(path.join(inbox, `v${number}.png`), await pictureOf(number));
        await letPass(7, 'anywhere within look and stable');
        await unlink(path.join(inbox, `v${number}.png`));
      }
      await rm(path.join(inbox, 'locked'), { recursive: true });
      await chmod(inbox, 0o755);
      await writeFile(path.join(inbox, 'last.png'), await pictureOf(99));
      await reported('last.png');
      const began = performance.now();
      await end();
      assert.ok(performance.now() - began < 2_000);
    }));

  test('what --then may be is checked', () => {
    assert.deepEqual(parseAfterIngest('move=/a b'), { do: 'move', to: '/a b' });
    for (const wrong of ['move=', 'burn', 'move', '']) assert.throws(() => parseAfterIngest(wrong), UsageError, wrong);
  });
});
