/** What is in this process tells how it is, as servers do: the facts and the index of a data folder. */
import assert from 'node:assert/strict';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { told } from '../../app/open-credentials.ts';
import type { PartName } from '../../contract/parts.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { startThread } from '../../persistence/sqlite-index/client.ts';
import { openSqliteIndex } from '../../persistence/sqlite-index/open.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { createParts } from '../../runtime/health/parts.ts';
import type { ProcessRow } from '../../runtime/ports/operations.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { entry, question } from '../worlds/entries.ts';

const PAGE = 4_096;
let dir = '';
let world: ReturnType<typeof made>;
const made = () => {
  const clock = systemClock();
  const parts = createParts({ clock, log: pino({ level: 'silent' }) });
  const of = (part: PartName) => {
    const { state, code } = parts.of(part);
    return { state, code };
  };
  return { clock, parts, of };
};
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'tuodi-parts-'));
  world = made();
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const OK = { state: 'ok', code: null };
const row = (process_id: string, text = ''): ProcessRow => ({
  ...{ process_id, role: 'serve', version: '0', started_at: 0, last_seen_at: 1, body: { text } },
});
const factsFile = () => path.join(dir, 'facts.sqlite');

test('facts whose disk is full: what is read does not make them well, what is written does', async () => {
  await (await openSqliteFacts(dir)).close();
  const max_pages = Math.ceil((await stat(factsFile())).size / PAGE) + 20;
  const facts = await openSqliteFacts(dir, { max_pages, ...told(world, 'database') });
  try {
    await assert.rejects(facts.processes.keep(row('large', 'x'.repeat(100 * PAGE))), /full/);
    assert.deepEqual(world.of('database'), { state: 'full', code: 'out_of_room' });
    assert.deepEqual(await facts.processes.list(0), []);
    assert.equal(world.of('database').state, 'full');
    await facts.processes.keep(row('small'));
    assert.deepEqual(world.of('database'), OK);
  } finally {
    await facts.close();
  }
});

test('facts that another process has locked for too long are refused, are an outage for what waits, and are well after it', async () => {
  const facts = await openSqliteFacts(dir, { busy_ms: 50, ...told(world, 'database') });
  const other = openDatabase(factsFile());
  try {
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(
      facts.processes.keep(row('one')),
      (error) => error instanceof StepError && error.failure.code === 'PROVIDER_UNAVAILABLE',
    );
    assert.deepEqual(world.of('database'), { state: 'refused', code: 'locked' });
    assert.deepEqual(await facts.processes.list(0), [], 'reads go on');
    other.exec('ROLLBACK');
    await facts.processes.keep(row('one'));
    assert.deepEqual(world.of('database'), OK);
  } finally {
    other.close();
    await facts.close();
  }
});

/** Every page but the first, as a disk that fails leaves them. */
async function damage(file: string): Promise<void> {
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  try {
    await handle.write(Buffer.alloc(size - PAGE, 0xa5), 0, size - PAGE, PAGE);
  } finally {
    await handle.close();
  }
}

test('facts whose file is damaged say so at once, with what to do', async () => {
  let facts = await openSqliteFacts(dir);
  for (let n = 0; n < 50; n++) await facts.processes.keep(row(`process ${n}`, 'x'.repeat(PAGE)));
  await facts.close();
  facts = await openSqliteFacts(dir, told(world, 'database'));
  try {
    await damage(factsFile());
    await assert.rejects(facts.processes.list(0), /the file is damaged: restore it from a backup/);
    assert.deepEqual(world.of('database'), { state: 'away', code: 'damaged' });
  } finally {
    await facts.close();
  }
});

/** An index whose thread the test ends; `dies`: the next ones do so by themselves. */
async function endedIndex() {
  const state = { dies: false };
  const threads: Worker[] = [];
  const index = await openSqliteIndex(path.join(dir, 'search.sqlite'), {
    ...{ clock: world.clock, ...told(world, 'index') },
    start(options) {
      const thread = state.dies ? new Worker('process.exit(1)', { eval: true }) : startThread(options);
      threads.push(thread);
      return thread;
    },
  });
  const end = async () => void (await threads.at(-1)?.terminate());
  return { index, state, end };
}

test('an index whose thread dies again and again is away, and well with the first that lives', async () => {
  const { index, state, end } = await endedIndex();
  try {
    assert.deepEqual(world.of('index'), OK);
    state.dies = true;
    await end();
    for (let n = 0; n < 2; n++) await assert.rejects(index.ping(), /search thread ended/);
    assert.deepEqual(world.of('index'), OK, 'twice may be an accident');
    await assert.rejects(index.ping(), /search thread ended/);
    assert.deepEqual(world.of('index'), { state: 'away', code: 'unavailable' });
    state.dies = false;
    await index.ping();
    assert.deepEqual(world.of('index'), OK);
  } finally {
    await index.close();
  }
});

test('an index whose file is damaged says so at once, and is well once it is written to again', async () => {
  const file = path.join(dir, 'search.sqlite');
  const whole = await openSqliteIndex(file, { clock: world.clock });
  for (let n = 0; n < 30; n++) await whole.put(entry('o', `r${n}`, `手机 ${'words '.repeat(500)}${n}`));
  await whole.close();
  const { index, end } = await endedIndex();
  try {
    await damage(file);
    await assert.rejects(index.search({ org_id: 'o' }, question('words')), /the file is damaged/);
    assert.deepEqual(world.of('index'), { state: 'away', code: 'damaged' });
    await end();
    for (const name of ['', '-wal', '-shm']) await rm(`${file}${name}`, { force: true });
    await index.put(entry('o', 'r1', '手机'));
    assert.deepEqual(world.of('index'), OK);
  } finally {
    await index.close();
  }
});
