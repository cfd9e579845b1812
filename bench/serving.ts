/** A service in a process of its own, as `serve` starts it, with what a bench needs to know of it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SERVICE_FILE } from '../config.ts';

const MAIN = new URL('../main.js', import.meta.url).pathname;
const NS_PER_MS = 1e6;

export type Serving = {
  url: string;
  pid: number;
  api_key: string;
  data_dir: string;
  /** Processor time of the main thread, which all requests share, in ms since its start. Linux alone tells it. */
  mainThreadMs(): Promise<number>;
  stop(): Promise<void>;
};

export async function serving(env: Record<string, string> = {}): Promise<Serving> {
  const data_dir = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-'));
  const child = spawn(process.execPath, [MAIN, '--json', '--data-dir', data_dir, 'serve'], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line: string = await new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
  const { url } = JSON.parse(line);
  const { api_key } = JSON.parse(await readFile(path.join(data_dir, SERVICE_FILE), 'utf8'));
  return {
    url,
    pid: child.pid ?? 0,
    api_key,
    data_dir,
    mainThreadMs: async () => Number((await readFile(`/proc/${child.pid}/schedstat`, 'utf8')).split(' ')[0]) / NS_PER_MS,
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      await rm(data_dir, { recursive: true, force: true });
    },
  };
}
