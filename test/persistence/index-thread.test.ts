/** The search thread, loaded before it is known what it opens. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { loadThread, type StartThread } from '../../persistence/sqlite-index/client.ts';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';

const base = await mkdtemp(join(tmpdir(), 'tuodi-thread-'));
after(() => rm(base, { recursive: true, force: true }));

/** An index whose threads are kept, as they were started. */
async function opened(name: string, start: StartThread) {
  const threads: Worker[] = [];
  const kept: StartThread = (options) => {
    const worker = start(options);
    threads.push(worker);
    return worker;
  };
  return { threads, index: await openSqliteIndex(join(base, name), { clock: systemClock(), start: kept }) };
}

test('the first start takes the loaded thread, and the next one another', async () => {
  const { start, end } = loadThread();
  const { threads, index } = await opened('taken.sqlite', start);
  await threads[0]?.terminate();
  await index.ping();
  assert.equal(new Set(threads).size, 2);
  end(); // it was taken: what is open goes on
  await index.ping();
  await index.close();
});

test('a thread that is not needed ends, and an index that is opened after all has another', async () => {
  const { start, end } = loadThread();
  end();
  const { threads, index } = await opened('ended.sqlite', start);
  assert.equal(threads.length, 1);
  await index.ping();
  await index.close();
});
