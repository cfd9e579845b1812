/** MariaDB and Redis of one's own: for the whole run, or for a test that kills, restarts or reconfigures one. */
import { existsSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { freePort, launch, type Server } from './process.ts';
import { runProgram, whereIs } from './programs.ts';

/** One that does not answer so soon is asked again. */
const ASK_LIMIT_MS = 2_000;

/**
 * MariaDB with its data in `folder`, which is made if it is not there: user root, no password, no database. What makes a commit
 * durable is left as it is by default (innodb_flush_log_at_trx_commit = 1).
 */
export async function startMariadb(folder: string, args: string[] = []): Promise<Server> {
  const port = await freePort();
  const data = path.join(folder, 'mariadb');
  const temporary = path.join(folder, 'mariadb-tmp'); // of its own: each server that starts removes what is like its files there
  mkdirSync(temporary, { recursive: true });
  const as = [`--user=${userInfo().username}`, `--datadir=${data}`];
  if (!existsSync(path.join(data, 'mysql'))) {
    const fresh = ['--no-defaults', ...as, '--auth-root-authentication-method=normal', '--skip-test-db'];
    await runProgram(whereIs('mariadb-install-db'), fresh, path.join(folder, 'mariadb-install-db.log'));
  }
  const url = `mysql://root@127.0.0.1:${port}/`;
  return launch({
    product: 'MariaDB',
    command: whereIs('mariadbd'),
    args: [
      '--no-defaults',
      ...as,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--tmpdir=${temporary}`,
      `--socket=${path.join(folder, 'mariadb.sock')}`,
      `--pid-file=${path.join(folder, 'mariadb.pid')}`,
      '--character-set-server=utf8mb4',
      '--max-connections=500',
      '--innodb-buffer-pool-size=256M',
      ...args,
    ],
    folder,
    url,
    port,
    version: () => versionOfMariadb(url),
  });
}

async function versionOfMariadb(url: string): Promise<string> {
  const connection = await createConnection({ uri: url, connectTimeout: ASK_LIMIT_MS });
  try {
    const [[row]] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
    return String(row?.version);
  } finally {
    connection.destroy();
  }
}

/** Redis with its data in `folder`, as tuodi wants it: nothing evicted, append-only file, synced each second. `args` come last and win. */
export async function startRedis(folder: string, args: string[] = []): Promise<Server> {
  const port = await freePort();
  const data = path.join(folder, 'redis');
  mkdirSync(data, { recursive: true });
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', '', '--daemonize', 'no'];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const url = `redis://127.0.0.1:${port}`;
  return launch({
    product: 'Redis',
    command: whereIs('redis-server'),
    args: [...own, ...durable, ...args],
    folder,
    url,
    port,
    version: () => versionOfRedis(url),
  });
}

async function versionOfRedis(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: ASK_LIMIT_MS });
  redis.on('error', () => undefined); // the call below throws it
  try {
    await redis.connect();
    const [, version] = /redis_version:(\S+)/.exec(await redis.info('server')) ?? [];
    if (!version) throw new Error('Redis does not say its version');
    return version;
  } finally {
    redis.disconnect();
  }
}
