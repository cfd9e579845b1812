/** Two processes on one database whose clocks are stepped apart: nothing expires by it, and timers go on. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'mysql2/promise';
import { z } from 'zod';
import { until } from '../worlds/wait.ts';
import { CLOCK_LIMITS } from './clock-limits.ts';
import { freshDatabase } from './places.ts';

const CHILD = fileURLToPath(new URL('./clock-child.js', import.meta.url));
const DAY = 24 * 60 * 60_000;
const Line = z.object({ id: z.string().optional(), ahead_ms: z.number().optional() });

async function begin(url: string, folder: string) {
  const child: ChildProcess = spawn(process.execPath, [CHILD], {
    env: { ...process.env, TUODI_DATABASE_URL: url, TUODI_DATA_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no standard output');
  const lines = createInterface({ input: child.stdout });
  const next = async () => {
    const [line]: string[] = await once(lines, 'line', { signal: AbortSignal.timeout(60_000) });
    return Line.parse(JSON.parse(line ?? '{}'));
  };
  await next();
  return {
    async ask(command: string): Promise<z.infer<typeof Line>> {
      const notified = next();
      child.stdin?.write(`${command}\n`);
      return notified;
    },
    async kill(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

test('two processes with clocks 62 days apart: the trash is kept, timers fire, and either may die', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-clock-'));
  const { url, drop } = await freshDatabase();
  const db = await createConnection(url);
  const begun: Awaited<ReturnType<typeof begin>>[] = [];
  const start = async () => {
    const child = await begin(url, path.join(folder, String(begun.length)));
    begun.push(child);
    return child;
  };
  t.after(async () => {
    await Promise.all(begun.map((child) => child.kill()));
    await db.end();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });
  const [first, second] = [await start(), await start()];
  const value = async (sql: string): Promise<string> => {
    const [rows] = await db.query(sql);
    return String(z.array(z.object({ v: z.union([z.string(), z.number()]) })).parse(rows)[0]?.v);
  };
  const statusOf = (id = '') => value(`SELECT status AS v FROM resources WHERE resource_id = '${id}'`);
  const service = async () => Number(await value('SELECT service_at AS v FROM service_time'));
  /** Ticks come, reading is never far ahead of them, and service time goes no faster than time. */
  async function goesOn(...living: typeof begun): Promise<void> {
    const [began, real] = [await service(), performance.now()];
    await until('service time goes on by ten ticks', async () => {
      for (const { ahead_ms = 0 } of await Promise.all(living.map((one) => one.ask('read'))))
        assert.ok(ahead_ms <= 2 * CLOCK_LIMITS.tick_interval_ms, `${ahead_ms} ms ahead`);
      return (await service()) - began >= 10 * CLOCK_LIMITS.tick_interval_ms;
    });
    const went = (await service()) - began;
    const before_ms = 5 * CLOCK_LIMITS.tick_interval_ms; // since the tick before, which another may have taken over from
    assert.ok(went <= performance.now() - real + before_ms, `${went} ms of service time`);
  }
  const { id: kept } = await first.ask('trash');
  await goesOn(first, second);
  await first.ask(`step ${31 * DAY}`);
  await goesOn(first, second);
  await second.ask(`step ${-31 * DAY}`);
  await goesOn(first, second);
  const { id: created } = await second.ask('create');
  const fired = `SELECT count(*) AS v FROM journal WHERE instance_id = '${created}' AND event = 'timer link_expiry'`;
  await until('a timer fires though the clocks are apart', async () => (await value(fired)) === '1');
  await first.kill();
  await goesOn(second);
  const third = await start();
  await second.kill();
  await goesOn(third);
  assert.equal(await statusOf(kept), 'TRASHED');
});
