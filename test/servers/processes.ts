/** Real processes of tuodi, started as a person would, and ended by their pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
const START_LIMIT_MS = 60_000;

export type Process = {
  pid: number;
  /** The first line that it said, as JSON. */
  reported: Record<string, unknown>;
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  ended(): boolean;
};

/** `onLog` gets each line of its log, which else is seen. Resolves once it has said its first line. Rejects when it ends before, or says nothing in time. */
export async function startProcess(
  script: string,
  args: string[],
  env: Record<string, string>,
  onLog: ((line: string) => void) | null = null,
): Promise<Process> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-process-'));
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TUODI_')));
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...kept, TUODI_DATA_DIR: folder, ...env },
    stdio: ['ignore', 'pipe', onLog ? 'pipe' : 'inherit'],
  });
  if (onLog && child.stderr) createInterface({ input: child.stderr }).on('line', onLog);
  const exited = once(child, 'exit').then(async ([code]: (number | null)[]) => {
    await rm(folder, { recursive: true, force: true });
    return code ?? null;
  });
  const reported = await Promise.race([
    firstLine(child),
    exited.then((code) => Promise.reject(new Error(`${args.join(' ')} ended with ${code} before it said anything`))),
  ]);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    reported,
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    ended: () => child.exitCode !== null || child.signalCode !== null,
  };
}

async function firstLine(child: ChildProcess): Promise<Record<string, unknown>> {
  if (!child.stdout) throw new Error('no standard output');
  const lines = createInterface({ input: child.stdout });
  const [line]: string[] = await once(lines, 'line', { signal: AbortSignal.timeout(START_LIMIT_MS) });
  return JSON.parse(line ?? '{}');
}

export const serve = (env: Record<string, string>) => startProcess(MAIN, ['--json', 'serve'], env);
export const work = (env: Record<string, string>) => startProcess(MAIN, ['--json', 'worker'], env);
