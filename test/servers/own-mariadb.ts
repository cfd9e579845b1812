/** A MariaDB of a test's own, to be killed, stopped and started again: in a temporary folder, on a free port, ended by its pid. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { connected } from '../../persistence/mysql/connection.ts';
import { targetOf } from '../../persistence/mysql/target.ts';
import { until } from '../worlds/wait.ts';
import { clock } from './mysql.ts';
import { freePort } from './start/process.ts';

export type OwnServer = {
  /** mysql://…/, without a database. */
  url: string;
  start(): Promise<void>;
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  end(): Promise<void>;
};

export async function ownMariadb(): Promise<OwnServer> {
  const dir = mkdtempSync(join(tmpdir(), 'tuodi-mariadb-'));
  const port = await freePort();
  const user = userInfo().username;
  const url = `mysql://root@127.0.0.1:${port}/`;
  const auth = '--auth-root-authentication-method=normal'; // no password
  execFileSync('mariadb-install-db', ['--no-defaults', `--datadir=${dir}`, `--user=${user}`, auth, '--skip-test-db'], {
    stdio: 'ignore',
  });
  let server: ChildProcess | null = null;

  async function start(): Promise<void> {
    const where = [`--datadir=${dir}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(dir, 's')}`];
    const small = ['--innodb-buffer-pool-size=32M', '--innodb-log-file-size=16M', '--skip-name-resolve'];
    server = spawn('mariadbd', ['--no-defaults', `--user=${user}`, ...where, ...small], { stdio: 'ignore' });
    await until(
      'MariaDB answers',
      () =>
        connected(targetOf(`${url}mysql`), clock).then(
          (connection) => {
            connection.close();
            return true;
          },
          () => false,
        ),
      60_000,
    );
  }
  async function kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    if (!server) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    const { pid } = server;
    if (signal === 'SIGSTOP') await until('it stands still', () => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    if (signal !== 'SIGKILL') return;
    await exited;
    server = null;
  }
  await start();
  return {
    url,
    start,
    kill,
    async end() {
      await kill('SIGKILL');
      rmSync(dir, { recursive: true });
    },
  };
}
