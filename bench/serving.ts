/** A service in a process of its own, as `serve` starts it, with what a bench needs to know of it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SERVICE_FILE } from '../persistence/folder/service-file.ts';
import { openSqliteFacts } from '../persistence/sqlite/facts.ts';
import { makeKey } from '../runtime/accounts/api-keys.ts';
import { systemClock } from '../runtime/async/clock.ts';

const MAIN = new URL('../main.js', import.meta.url).pathname;
const NS_PER_MS = 1e6;
/** Linux counts processor time of a process in these, whatever its own tick is. */
const MS_PER_TICK = 10;

export type Serving = {
  url: string;
  pid: number;
  api_key: string;
  data_dir: string;
  /** Processor time of the main thread, which all requests share, in ms since its start. Linux alone tells it. */
  mainThreadMs(): Promise<number>;
  /** As the one above, of all threads. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
};

/** `node`: options of Node itself, such as those of its profiler. `folder`: one that is there, and stays; absent: an empty one. */
export async function serving(
  env: Record<string, string> = {},
  node: readonly string[] = [],
  folder: string | null = null,
): Promise<Serving> {
  const data_dir = folder ?? (await mkdtemp(path.join(tmpdir(), 'tuodi-bench-')));
  const child = spawn(process.execPath, [...node, MAIN, '--json', '--data-dir', data_dir, 'serve'], {
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
    cpuMs: async () => {
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third one on
      return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      if (folder === null) await rm(data_dir, { recursive: true, force: true });
    },
  };
}

/** Keys of another organisation, which is made for them: as `tuodi keys create` makes one, in the data folder of a running service. */
export async function addKeys(
  { data_dir }: Pick<Serving, 'data_dir'>,
  org_id: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  const clock = systemClock();
  const facts = await openSqliteFacts(data_dir);
  const added: Record<string, string> = {};
  try {
    const at = clock.now();
    await facts.accounts.ensure({ org_id, name: org_id, user_id: org_id, user_name: org_id, at });
    for (const name of names) {
      const { text, key_id, secret_hash } = makeKey(clock);
      const owner = { org_id, user_id: org_id, role: 'admin' as const, installation: false, expires_at: null };
      await facts.accounts.addKey({ key_id, ...owner, name, secret_hash, created_at: at, revoked_at: null });
      added[name] = text;
    }
    return added;
  } finally {
    await facts.close();
  }
}
