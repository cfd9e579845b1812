import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { isAlive } from '../worlds/held-timers.ts';
import { until } from '../worlds/wait.ts';
import { startMariadb, startRedis } from './start/databases.ts';

const lives = (pid: number): boolean => isAlive({ pid });

describe('a server of a test’s own', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tuodi-own-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('MariaDB, killed and restarted, has on the same port what was committed', async () => {
    const server = await startMariadb(path.join(folder, 'mariadb'));
    try {
      const before = await createConnection(server.url);
      before.on('error', () => undefined); // it is about to lose its server
      await before.query('CREATE DATABASE kept');
      await before.query('CREATE TABLE kept.t (n INT) ENGINE=InnoDB');
      await before.query('INSERT INTO kept.t VALUES (7)');
      const { pid } = server;
      await server.kill();
      assert.equal(lives(pid), false);
      await server.restart();
      assert.notEqual(server.pid, pid);
      const again = await createConnection(server.url);
      const [[row]] = await again.query<RowDataPacket[]>('SELECT n FROM kept.t');
      await again.end();
      assert.equal(row?.n, 7);
    } finally {
      await server.stop();
    }
  });

  test('Redis takes arguments of its own, and has after a restart what it was told', async () => {
    const server = await startRedis(path.join(folder, 'redis'), ['--maxmemory', '50mb']);
    const redis = new Redis(server.url);
    redis.on('error', () => undefined); // it is about to lose its server
    try {
      await redis.set('kept', 'yes');
      assert.deepEqual(await redis.config('GET', 'maxmemory'), ['maxmemory', String(50 * 1024 * 1024)]);
      await server.restart();
      assert.equal(await until('Redis answers again', () => redis.get('kept').catch(() => null)), 'yes');
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });

  test('one that ends at its start says why, with its own words', async () => {
    await assert.rejects(startRedis(path.join(folder, 'wrong'), ['--maxmemory', 'lots']), /Redis ended at its start[\s\S]*lots/);
  });

  test('it ends with the process that started it, even by SIGKILL', async () => {
    const databases = new URL('./start/databases.js', import.meta.url).href;
    const script = `const { startRedis } = await import(${JSON.stringify(databases)});
      console.log((await startRedis(${JSON.stringify(path.join(folder, 'orphan'))})).pid);`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(starter.stdout, 'data');
    const pid = Number(line);
    assert.equal(lives(pid), true);
    starter.kill('SIGKILL');
    await until('the server is gone', () => !lives(pid), 5_000);
  });
});
