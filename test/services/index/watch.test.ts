/** What the index has lost is noticed while the service runs, is said, and is made again at a pace: for every organisation. */
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { openDatabase } from '../../../persistence/sqlite/database.ts';
import type { SearchIndex } from '../../../runtime/ports/search-index.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { BY, openWorld, world } from '../../faults/world.ts';
import { until } from '../../worlds/wait.ts';
import { BATCH, type Changed, ORGS, type WatchedLife, watchedLife } from '../../worlds/watched-life.ts';

async function inFolder(
  work: (folder: string, live: (changed?: Changed) => Promise<WatchedLife>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-watch-'));
  const lives: WatchedLife[] = [];
  const live = async (changed?: Changed) => {
    const one = await watchedLife(await openWorld(folder), changed);
    lives.push(one);
    return one;
  };
  try {
    await work(folder, live);
  } finally {
    for (const one of lives) await one.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
const fileOf = (folder: string) => path.join(folder, 'search.sqlite');
function emptied(folder: string, which = ''): void {
  const db = openDatabase(fileOf(folder));
  db.exec('PRAGMA busy_timeout = 5000');
  for (const table of ['words', 'vectors']) {
    const key = table === 'words' ? 'rowid' : 'id';
    db.exec(`DELETE FROM ${table} WHERE ${key} IN (SELECT id FROM entries ${which})`);
  }
  db.exec(`DELETE FROM entries ${which}`);
  db.close();
}

test('an index that is emptied while the service runs is filled again, and every organisation is told when it begins and ends', () =>
  inFolder(async (folder, live) => {
    const { takeIn, healed, notified, begun, rows, stop } = await live();
    await takeIn([1, 2, 3, 4, 5]);
    assert.deepEqual(begun, [], 'a whole index is left alone');
    emptied(folder);
    await healed();
    assert.match(begun.at(-1) ?? '', /5 so far/);
    for (const org_id of ORGS)
      assert.deepEqual(await until('it is told', async () => (await notified(org_id)).length === 2 && notified(org_id)), [
        'search.incomplete',
        'search.complete',
      ]);
    assert.ok((await rows()).every(({ status }) => status === 'INDEXED'));
    await stop();
  }));

test('the loss of a part is noticed too, and only that part is made again', () =>
  inFolder(async (folder, live) => {
    const { takeIn, healed, rows, stop } = await live();
    await takeIn([1, 2, 3, 4, 5, 6]);
    const before = new Map((await rows()).map(({ resource_id, seq }) => [resource_id, seq]));
    emptied(folder, "WHERE id IN (SELECT max(id) FROM entries WHERE org_id = 'another')");
    await healed();
    const moved = (await rows()).filter(({ resource_id, seq }) => seq !== before.get(resource_id));
    assert.deepEqual(
      moved.map(({ org_id }) => org_id),
      ['another'],
    );
    await stop();
  }));

test('an older copy that is put in the place of the index is noticed: what it lacks, and what is older in it', () =>
  inFolder(async (folder, live) => {
    const copy = path.join(folder, 'copy.sqlite');
    const { takeIn, healed, rows, service, lacking, stop } = await live();
    await takeIn([1, 2]);
    const db = openDatabase(fileOf(folder));
    db.exec(`VACUUM INTO '${copy}'`);
    db.close();
    const [edited] = await rows();
    assert.ok(edited);
    const ref = { scope: { org_id: edited.org_id }, resource_id: edited.resource_id };
    await service.engine.send(ref, () => ({ event: { type: 'REPROCESS', from: 'index' } }), BY);
    await takeIn([3, 4]);
    for (const end of ['', '-wal', '-shm']) await rm(`${fileOf(folder)}${end}`, { force: true });
    await copyFile(copy, fileOf(folder));
    await healed();
    assert.deepEqual(await lacking(), []);
    await stop();
    const again = await live();
    assert.deepEqual(await again.lacking(), [], 'what was made again is in the file that is there now');
    assert.equal(await again.service.audited, 0);
    await again.stop();
  }));

test('what is lost is made again at a pace: no more at once than a batch', () =>
  inFolder(async (folder, live) => {
    let [now, peak] = [0, 0];
    const lost = new Set<string>();
    const counting: Changed = (ports) => {
      const put: SearchIndex['put'] = async (...asked) => {
        const answer = await ports.index.put(...asked);
        if (lost.delete(asked[0].resource_id)) now -= 1;
        return answer;
      };
      const commit: Ports['facts']['commit'] = (changes) => {
        for (const { journal, instance_id } of changes)
          if (journal.event === 'INDEX_LOST') {
            lost.add(instance_id);
            now += 1;
          }
        peak = Math.max(peak, now);
        return ports.facts.commit(changes);
      };
      return { ...ports, index: { ...ports.index, put }, facts: { ...ports.facts, commit } };
    };
    const { takeIn, healed, stop } = await live(counting);
    await takeIn([1, 2, 3, 4, 5, 6, 7]);
    emptied(folder);
    await healed();
    assert.equal(peak, BATCH);
    await stop();
  }));

test('an index that is away at the start is compared once it is there; one that goes away meanwhile is gone on with', () =>
  inFolder(async (folder, live) => {
    const before = await live();
    await before.takeIn([1, 2, 3]);
    await before.stop();
    for (const end of ['', '-wal', '-shm']) await rm(`${fileOf(folder)}${end}`, { force: true });
    let away = true;
    let heads = 0;
    const flaky: Changed = (ports) => {
      const unless =
        <Asked extends unknown[], Answer>(call: (...asked: Asked) => Promise<Answer>) =>
        async (...asked: Asked): Promise<Answer> => {
          if (away) throw new StepError({ code: 'PROVIDER_UNAVAILABLE', retryable: true, detail: 'away' });
          return call(...asked);
        };
      const headsOf: SearchIndex['heads'] = (...asked) => {
        heads += 1;
        if (heads === 2) away = true;
        return ports.index.heads(...asked);
      };
      const index = {
        ...ports.index,
        identity: unless(ports.index.identity),
        heads: unless(headsOf),
        put: unless(ports.index.put),
      };
      return { ...ports, index };
    };
    const after = await live(flaky);
    assert.equal((await after.lacking()).length, 3);
    away = false;
    await until('it goes away again', () => heads >= 2 && away);
    away = false;
    await after.healed();
    assert.equal(await after.service.audited, 3);
    await after.stop();
  }));

test('a comparison is gone on with after the death of the process that was at it', () =>
  inFolder(async (folder, live) => {
    const first = await live();
    await first.takeIn([1, 2, 3, 4, 5]);
    await first.service.stop();
    const identity = await first.ports.index.identity();
    emptied(folder);
    const pass = { identity, after: null, lost: 1, since: 1, told: ['org'] };
    const at = { owner: 'a process that died', now: world.clock.now() + 120_000, until: world.clock.now() + 200 };
    await first.ports.facts.chores.take('watch over the index', at);
    const state = { identity, completed_at: world.clock.now() + 3_600_000, scrub: null, pass };
    await first.ports.facts.chores.keep('watch over the index', { ...at, until: at.until, state });
    await first.opened.close();
    first.gone();
    const second = await live();
    await second.healed();
    assert.match(second.begun.at(-1) ?? '', /6 so far/);
    const notified = await until('it is told', async () => (await second.notified('org')).length > 0 && second.notified('org'));
    assert.deepEqual(notified, ['search.complete'], 'who was told of it is not told again');
    await second.stop();
  }));
