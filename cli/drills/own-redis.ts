/** A redis-server of a drill's own: on a free port of this machine alone, in the drill's folder, keeping nothing on the disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { systemClock } from '../../runtime/async/clock.ts';
import { WordedError } from '../errors.ts';

const START_LIMIT_MS = 10_000;
const LOOK_MS = 50;

/** Whether a program of this name is in PATH. */
export function isInPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false; // it is not in this one
    }
  });
}

export type OwnRedis = { url: string; stop(): Promise<void> };

/** Throws WordedError when it does not answer in time. */
export async function startRedis(folder: string): Promise<OwnRedis> {
  const port = await freePort();
  const nothing_kept = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...nothing_kept], {
    stdio: 'ignore',
  });
  child.on('error', () => undefined); // it does not answer then
  const clock = systemClock();
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  const url = `redis://127.0.0.1:${port}/0`;
  const until = clock.elapsed() + START_LIMIT_MS;
  while (!(await answers(port))) {
    if (clock.elapsed() > until || child.exitCode !== null) {
      await stop();
      throw new WordedError({ en: 'redis-server was started and does not answer', zh: 'redis-server 已启动但没有响应' });
    }
    await clock.sleep(LOOK_MS);
  }
  return { url, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address && typeof address === 'object' ? address.port : 0;
}

async function answers(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return String(reply).startsWith('+PONG');
  } catch {
    return false; // not yet
  } finally {
    socket.destroy();
  }
}
