/** Facts on SQLite outlive kill -9: of the process that commits, and of the one that holds the folder. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { FolderInUse, lockFolder } from '../../persistence/sqlite/lock.ts';
import { ORG } from '../ports/facts-rows.ts';

const CHILD = fileURLToPath(new URL('./facts-sqlite-child.js', import.meta.url));
const scope = { org_id: ORG };
async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tuodi-killed-'));
  t.after(() => rm(dir, { recursive: true }));
  return dir;
}
const start = (task: 'hold' | 'commit', dir: string): ChildProcess =>
  spawn(process.execPath, [CHILD, task, dir], { stdio: ['pipe', 'pipe', 'inherit'] });

/** Kills it when it has said `enough` lines; answers all that it said until it was dead. */
async function killedAfter(child: ChildProcess, enough: number): Promise<string[]> {
  assert.ok(child.stdout);
  const closed = once(child, 'close');
  const reported: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    reported.push(line);
    if (reported.length === enough) child.kill('SIGKILL');
  }
  await closed;
  assert.equal(child.signalCode, 'SIGKILL');
  return reported;
}

describe('a data folder', () => {
  it('is held by one process: a second is told so at once; after kill -9 of the first it is free at once', async (t) => {
    const dir = await folder(t);
    const child = start('hold', dir);
    t.after(() => child.kill('SIGKILL'));
    assert.ok(child.stdout);
    for await (const line of createInterface({ input: child.stdout })) {
      assert.equal(line, 'held');
      break;
    }
    assert.throws(
      () => lockFolder(dir),
      (error) => error instanceof FolderInUse && error.message.includes(dir),
    );
    const file = join(dir, 'service.json');
    await writeFile(file, JSON.stringify({ pid: child.pid, url: 'http://127.0.0.1:8787', api_key: 'secret' }));
    assert.throws(
      () => lockFolder(dir),
      ({ message }: Error) => message.includes(`pid ${child.pid} at http://127.0.0.1:8787`) && !message.includes('secret'),
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = lockFolder(dir);
    assert.throws(() => lockFolder(dir), FolderInUse, 'also within a process');
    lock.release();
    lock.release();
    lockFolder(dir).release();
  });
});

describe('the lock of a data folder', () => {
  it('is held though nobody names it any more: the garbage collector does not free it', async (t) => {
    const dir = await folder(t);
    lockFolder(dir);
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    for (let round = 0; round < 3; round++) {
      collect();
      await new Promise((done) => setImmediate(done)); // finalizers run between two turns
    }
    assert.throws(() => lockFolder(dir), FolderInUse);
  });
});

describe('facts of a process that is killed while it commits', () => {
  it('are all there: every acknowledged commit is whole, and one that was under way is whole or absent', async (t) => {
    const dir = await folder(t);
    const acknowledged: string[] = [];
    // 1: while it makes the tables; the others: further and further into the write-ahead log, and past its folding in.
    for (const lines of [1, 2, 40, 15, 300]) {
      const reported = await killedAfter(start('commit', dir), lines);
      acknowledged.push(...reported.filter((line) => line !== 'held'));
      const facts = await openSqliteFacts(dir);
      t.after(() => facts.close());
      const seq = (await facts.instances.load('hot'))?.instance.seq ?? 0;
      assert.ok(
        seq === acknowledged.length || seq === acknowledged.length + 1,
        `${seq} commits, ${acknowledged.length} acknowledged`,
      );
      if (seq > acknowledged.length) acknowledged.push(`n${seq - 1}`); // committed, and killed before it could say so
      for (const id of acknowledged) await assertWhole(facts, id);
      assert.equal((await facts.resources.counts(scope, {})).total, seq === 0 ? 0 : seq + 1);
      assert.equal((await facts.journal.list(scope, 'hot', { after: null, limit: 1_000 })).length, seq);
      assert.equal(await facts.instances.load(`n${seq}`), null);
      const knex = sqliteKnex(join(dir, 'facts.sqlite'));
      t.after(() => knex.destroy());
      assert.deepEqual({ ...(await knex.raw('PRAGMA integrity_check'))[0] }, { integrity_check: 'ok' });
      assert.deepEqual({ ...(await knex('outbox').count({ n: '*' }).first()) }, { n: 2 * seq });
      await facts.close();
      await knex.destroy();
    }
    assert.ok(acknowledged.length >= 300);
  });
});

async function assertWhole(facts: Awaited<ReturnType<typeof openSqliteFacts>>, id: string): Promise<void> {
  assert.equal((await facts.instances.load(id))?.instance.seq, 1);
  assert.equal((await facts.resources.get(scope, id))?.metadata.title, `title ${id}`);
  assert.ok(await facts.texts.recognition(scope, `recognition-${id}`));
  assert.ok(await facts.texts.embedding(scope, `embedding-${id}`));
  assert.equal((await facts.journal.list(scope, id, { after: null, limit: 9 })).length, 1);
}
