/** Start and stop with the facts in MySQL; and a process whose database another one takes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../contract/exit-codes.ts';
import { startStopSuite } from '../worlds/start-stop.ts';
import { until } from '../worlds/wait.ts';
import { freshDatabase } from './places.ts';
import { serve } from './processes.ts';
import { tcpBetween } from './tcp-between.ts';

const HOLDER = fileURLToPath(new URL('./mysql-child.js', import.meta.url));

describe('with the facts in MySQL and the rest in the process', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tuodi-start-stop-'));
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  before(async () => {
    database = await freshDatabase();
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  startStopSuite(() => ({ TUODI_DATA_DIR: folder, TUODI_DATABASE_URL: database.url }));
});

async function holder(url: string, children: ChildProcess[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, 'alone', url], { stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line === 'held') return child;
  throw new Error('it is not held');
}

test('a process whose database is taken by another while it is away ends with 4, and not before the database is back', async (t) => {
  const database = await freshDatabase();
  const server = await tcpBetween(database.url);
  const service = await serve({ TUODI_DATABASE_URL: server.url, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' });
  const children: ChildProcess[] = [];
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL'); // they hold what is dropped
    await service.kill();
    await server.close();
    await database.drop();
  });
  await server.refuse();
  const other = await until('the row is free', () => holder(database.url, children).catch(() => null));
  assert.equal(service.ended(), false);
  await server.through();
  await until('it has ended', () => service.ended(), 90_000);
  assert.equal(await service.stop(), EXIT.TAKEN_OVER);
  assert.equal(other.exitCode, null);
});
