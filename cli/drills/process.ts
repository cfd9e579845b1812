/** A process of the service that a drill starts, and ends by its own id. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { systemClock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { WordedError } from '../errors.ts';

const MAIN = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../main.ts' : '../../main.js', import.meta.url));
const START_LIMIT_MS = 60_000;
/** Characters of a log that are shown of a process that ended too early. */
const LOG_CHARS = 600;
const Said = z.object({ pid: z.int(), url: z.url().optional() });

export type ServiceProcess = {
  pid: number;
  /** Where it listens; null: a worker. */
  url: string | null;
  /** SIGTERM, and until it has ended. */
  stop(): Promise<void>;
  /** SIGKILL: nothing is finished, and nothing is handed back. */
  kill(): Promise<void>;
};

/** `log`: the file to which its log is added. Throws WordedError when it ends before it says where it is, or says nothing in time. */
export async function startService(
  command: 'serve' | 'worker',
  { env, folder }: { env: NodeJS.ProcessEnv; folder: string },
): Promise<ServiceProcess> {
  const log = path.join(folder, `${command}.log`);
  const file = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [...process.execArgv, MAIN, '--json', command], { env, stdio: ['ignore', 'pipe', file] });
  closeSync(file);
  const over = new AbortController();
  const ended = once(child, 'exit').then(() => over.abort(new Error('it has ended')));
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  try {
    if (!child.stdout) throw new Error('no standard output');
    const lines = createInterface({ input: child.stdout });
    const limits = { clock: systemClock(), limit_ms: START_LIMIT_MS, signals: [over.signal] };
    const line = await withTimeout(limits, async (signal) => String((await once(lines, 'line', { signal }))[0]));
    const { pid, url = null } = Said.parse(JSON.parse(line));
    return { pid, url, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
  } catch (error) {
    await end('SIGKILL');
    const said = readFileSync(log, 'utf8').slice(-LOG_CHARS).trim();
    throw new WordedError(
      { en: `a process of the drill (${command}) did not start: ${said}`, zh: `演练的进程（${command}）未能启动：${said}` },
      { cause: error },
    );
  }
}
