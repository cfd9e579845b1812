/** A Redis of one test's own, on a free port in a temporary folder: to be killed, filled and put back in time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { until } from '../worlds/wait.ts';
import { freePort } from './start/process.ts';

export type OwnRedis = {
  url: string;
  /** A plain client of this test, beside the service's own. */
  say(...command: [string, ...string[]]): Promise<unknown>;
  /** Killed at once: nothing is saved. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** What it holds now, as a file to be put back. */
  snapshot(): Promise<void>;
  /** The next start begins with the last snapshot. */
  restore(): Promise<void>;
  stop(): Promise<void>;
};

export async function ownRedis(...options: string[]): Promise<OwnRedis> {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-redis-'));
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const nothing_saved = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  let child: ChildProcess | null = null;
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined); // it is killed on purpose
  const dump = path.join(dir, 'dump.rdb');
  const kept = path.join(dir, 'kept.rdb');

  async function start() {
    child = spawn('redis-server', [...place, ...nothing_saved, ...options], { stdio: 'ignore' });
    const failed = new Promise<never>((_, reject) => child?.once('error', reject));
    await Promise.race([failed, until('redis-server answers', () => client.ping().then((pong) => pong === 'PONG'))]);
  }
  async function kill() {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    say: (name, ...args) => client.call(name, ...args),
    ...{ start, kill },
    async snapshot() {
      await client.save();
      await copyFile(dump, kept);
    },
    restore: () => copyFile(kept, dump),
    async stop() {
      client.disconnect();
      await kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
