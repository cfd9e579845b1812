/** The index on SQLite: the suite of the port, and what a file and a thread can do wrong. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { startThread } from '../../persistence/sqlite-index/client.ts';
import { errorOf, threadGone } from '../../persistence/sqlite-index/faults.ts';
import { openSqliteIndex, type SqliteIndexOptions } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { contentHash } from '../../runtime/content-hash.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { searchIndexSuite } from '../ports/search-index.ts';
import { entry, MODEL, question, vectorAt } from '../worlds/entries.ts';

const base = await mkdtemp(join(tmpdir(), 'tuodi-index-'));
after(() => rm(base, { recursive: true, force: true }));
let n = 0;
const file = () => join(base, `search-${n++}.sqlite`);
const open = (path: string, options: Partial<SqliteIndexOptions> = {}) =>
  openSqliteIndex(path, { clock: systemClock(), model: MODEL, ...options });
const found = async (index: SearchIndex, typed: string) =>
  (await index.search({ org_id: 'o' }, question(typed))).hits.map(({ resource_id }) => resource_id);

searchIndexSuite('SQLite', () => open(file()));

/** An index whose threads are held by the test. */
async function held(path: string): Promise<{ index: SearchIndex; threads: Worker[] }> {
  const threads: Worker[] = [];
  const start: typeof startThread = (options) => {
    const worker = startThread(options);
    threads.push(worker);
    return worker;
  };
  return { index: await open(path, { start }), threads };
}

describe('the file of the index', () => {
  test('what was removed is forgotten however large the rows are that the full text has just written for itself', async () => {
    const index = await open(file());
    const ids = Array.from({ length: 40 }, (_, at) => `r${at}`);
    for (const id of ids) await index.put(entry('o', id, `手机 ${id}`, { vector: vectorAt(0.5, 1) }));
    for (const id of ids) await index.remove({ org_id: 'o' }, id, 1);
    await index.forget({ org_id: 'o' }, ids);
    assert.deepEqual(await index.scan(null, 100), []);
    await index.close();
  });

  test('of an earlier version gets the column of contents, whose entries have none until they are written again', async () => {
    const path = file();
    const first = await open(path);
    for (const id of ['a', 'b']) await first.put(entry('o', id, '手机'));
    await first.close();
    const db = openDatabase(path);
    db.exec('ALTER TABLE entries DROP COLUMN content');
    db.close();
    const index = await open(path);
    await index.put(entry('o', 'b', '手机'));
    const contents = (await index.contents({ org_id: 'o' }, ['a', 'b'])).map(({ content }) => content);
    assert.deepEqual(contents, [null, contentHash(entry('o', 'b', '手机'))]);
    assert.deepEqual((await found(index, '手机')).sort(), ['a', 'b']);
    await index.close();
  });

  test('what was written is found after closing and opening, words and vectors', async () => {
    const path = file();
    const first = await open(path);
    await first.put(entry('o', 'a', '手机', { vector: vectorAt(0.9, 1) }));
    await first.put(entry('o', 'b', '手机', { vector: vectorAt(0.5, 1) }));
    await first.remove({ org_id: 'o' }, 'b', 1);
    await first.close();
    const second = await open(path);
    assert.deepEqual(await found(second, '手机'), ['a']);
    const { hits } = await second.search({ org_id: 'o' }, question('手机', { mode: 'vector', vector: vectorAt(1, 1) }));
    assert.deepEqual(
      hits.map(({ resource_id }) => resource_id),
      ['a'],
    );
    assert.deepEqual(await second.put(entry('o', 'b', '手机')), { put: 'ahead', found: 2 });
    await second.close();
  });

  test('a wiped file is made anew, and that is told; a file that is there is kept', async () => {
    const path = file();
    let anew = 0;
    const onMadeAnew = () => {
      anew += 1;
    };
    for (const expected of [1, 1]) {
      const index = await open(path, { onMadeAnew });
      assert.equal(anew, expected);
      await index.put(entry('o', 'a', '手机'));
      await index.close();
    }
    for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
    const index = await open(path, { onMadeAnew });
    assert.equal(anew, 2);
    assert.deepEqual(await found(index, '手机'), []);
    assert.deepEqual(await index.put(entry('o', 'a', '手机')), { put: 'seen' });
    await index.close();
  });

  test('an index of another format is made anew', async () => {
    const path = file();
    const before = await open(path);
    await before.put(entry('o', 'a', '手机'));
    await before.close();
    const db = openDatabase(path);
    db.exec('PRAGMA user_version = 7');
    db.close();
    let anew = false;
    const index = await open(path, { onMadeAnew: () => (anew = true) });
    assert.deepEqual([anew, await found(index, '手机')], [true, []]);
    await index.close();
  });

  test('entries of an older analyser stay searchable, and are outdated until the last is written again', async () => {
    const path = file();
    const before = await open(path);
    for (const id of ['a', 'b', 'gone']) await before.put(entry('o', id, '手机'));
    await before.remove({ org_id: 'o' }, 'gone', 1);
    assert.equal(await before.outdated(), false);
    await before.close();
    const db = openDatabase(path);
    db.exec('ALTER TABLE entries DROP COLUMN analyser; PRAGMA user_version = 2003'); // as the version before left it
    db.close();
    let anew = false;
    const index = await open(path, { onMadeAnew: () => (anew = true) });
    assert.deepEqual([anew, (await found(index, '手机')).sort(), await index.outdated()], [false, ['a', 'b'], true]);
    await index.put(entry('o', 'a', '手机'));
    assert.equal(await index.outdated(), true);
    await index.put(entry('o', 'b', '手机'));
    assert.equal(await index.outdated(), false);
    await index.close();
  });

  test('a file of somebody else is left as it is, a broken one is named, with what to do', async () => {
    const [theirs, broken] = [file(), file()];
    const db = openDatabase(theirs);
    db.exec('CREATE TABLE facts (a)');
    db.close();
    await assert.rejects(open(theirs), /not an index of tuodi/);
    const again = openDatabase(theirs);
    assert.equal(again.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'facts'").get()?.n, 1);
    again.close();
    await writeFile(broken, 'not a database, but long enough to be taken for one. '.repeat(100));
    await assert.rejects(open(broken), /not a database.*verify --heal/);
  });
});

describe('the process', () => {
  test('killed while it writes: whatever it said was seen is found afterwards', async () => {
    const path = file();
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, [
        fileURLToPath(new URL('./index-sqlite-child.js', import.meta.url)),
        path,
        `${round}`,
      ]);
      const lines = createInterface({ input: child.stdout });
      const seen: string[] = [];
      for await (const line of lines) {
        seen.push(line);
        if (seen.length === 200) child.kill('SIGKILL');
      }
      assert.ok(seen.length >= 200);
      const index = await open(path);
      const ids = new Set<string>();
      const { hits } = await index.search({ org_id: 'o' }, question('手机', { limit: 5_000 }));
      for (const { resource_id } of hits) ids.add(resource_id);
      assert.deepEqual(
        seen.filter((id) => !ids.has(id)),
        [],
      );
      await index.close();
    }
  });
});

describe('the search thread', () => {
  test('dead in the middle of writes: those calls reject, the next ones work, and nothing seen is lost', async () => {
    const { index, threads } = await held(file());
    const seen: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const ids = Array.from({ length: 300 }, (_, i) => `r${round}-${i}`);
      const puts = ids.map((id) => index.put(entry('o', id, '手机', { vector: vectorAt(0.9, 1) })).then(() => seen.push(id)));
      await Promise.race(puts);
      threads.at(-1)?.postMessage(null); // not a call: it throws outside of every call
      const settled = await Promise.allSettled(puts);
      const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
      assert.ok(reasons.length > 0 && reasons.length < ids.length, `${reasons.length} were under way`);
      assert.match(reasons[0] ?? '', /TypeError: Cannot destructure/);
    }
    assert.equal(threads.length, 6);
    const heads = await Promise.all(seen.map((id) => index.heads({ org_id: 'o' }, [id])));
    assert.ok(heads.every((head) => head.length === 1));
    const { total } = await index.search({ org_id: 'o' }, question('手机'));
    assert.ok(total >= seen.length);
    await index.close();
  });

  test('a silent thread is given up: its calls reject, and the next one is answered by another', async () => {
    const limits = new Set<() => void>();
    let waited = () => {};
    const after = (_: number, then: () => void) => {
      limits.add(then);
      waited();
      return { cancel: () => limits.delete(then) };
    };
    const index = await open(file(), { clock: { ...systemClock(), after } });
    const asked = new Promise<void>((resolve) => {
      waited = resolve;
    });
    const puts = Promise.allSettled(Array.from({ length: 200 }, (_, i) => index.put(entry('o', `r${i}`, '手机'))));
    await asked; // no answer can have come: the loop has not turned since the thread was asked
    for (const then of [...limits]) then();
    const silent = (await puts).filter((one) => one.status === 'rejected' && /did not answer within/.test(String(one.reason)));
    assert.ok(silent.length > 0 && silent.length < 200, `${silent.length} were under way`);
    assert.deepEqual(await index.put(entry('o', 'next', '手机')), { put: 'seen' });
    await index.close();
    assert.equal(limits.size, 0);
  });

  test('an error it meets reaches the caller with its message, and it goes on', async () => {
    const index = await open(file());
    const bad = entry('o', 'bad', '手机');
    const answers = await Promise.allSettled([
      index.put(entry('o', 'first', '手机')),
      index.put({ ...bad, revision: Number.NaN }),
      index.put(entry('o', 'good', '手机')),
    ]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.match(String(answers[1]?.status === 'rejected' && answers[1].reason), /NOT NULL constraint failed: entries.revision/);
    await assert.rejects(index.search({ org_id: 'o' }, question('手机', { mode: 'vector' })), /by vector needs one/);
    assert.deepEqual((await found(index, '手机')).sort(), ['first', 'good']);
    await index.close();
  });

  test('closed, it refuses every call, and closing twice is fine', async () => {
    const index = await open(file());
    await index.close();
    await index.close();
    await assert.rejects(index.ping(), /closed/);
    await assert.rejects(index.put(entry('o', 'a', '手机')), /closed/);
  });

  test('the event loop is free while the thread works', async () => {
    const index = await open(file());
    const long = '很长的文字'.repeat(20_000);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 5);
    await Promise.all(Array.from({ length: 10 }, (_, i) => index.put(entry('o', `r${i}`, long))));
    clearInterval(timer);
    assert.ok(turns >= 20, `${turns} turns`);
    await index.close();
  });
});

test('a full disk, an entry that is not found and a thread that is gone are no faults of a picture', () => {
  const codeOf = (error: unknown) => (error instanceof StepError ? error.failure.code : String(error));
  assert.deepEqual(
    [
      errorOf({ message: 'database or disk is full', code: 'ENOSPC' }),
      errorOf({ message: 'a search does not see it', code: null, unseen: true }),
      threadGone('ended (1)'),
      errorOf({ message: 'a bug', code: null }),
    ].map(codeOf),
    ['STORAGE_FULL', 'READ_BACK_MISMATCH', 'PROVIDER_UNAVAILABLE', 'Error: a bug'],
  );
});
