/** One reading process, seen from outside: each request is settled, whatever becomes of the process. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ModelFiles } from './model-files.ts';
import type { ReadPage } from './page.ts';

export type Request = { png: Uint8Array };
/** rss: bytes of the process. refused: what was wrong with the picture. broken: why it cannot read at all. */
export type Reply = { ready: true } | { page: ReadPage; rss: number } | { refused: string } | { broken: string };

/** `priority`: a nice value, on Linux. */
export type ProcessOptions = { files: ModelFiles; priority: number };
export type ReadingProcess = {
  readonly pid: number | undefined;
  /** Rejects with ProcessEnded when the process dies, with PictureRefused when it cannot decode the picture. */
  read(png: Uint8Array): Promise<{ page: ReadPage; rss: number }>;
  /** Resolves when the process has ended, by itself or by `end`. */
  readonly ended: Promise<void>;
  /** Ends it at once, in the middle of a picture too. */
  end(): Promise<void>;
};
export type StartProcess = (options: ProcessOptions, signal: AbortSignal) => Promise<ReadingProcess>;

export class ProcessEnded extends Error {}
/** The process is there, and says no. */
export class PictureRefused extends Error {}
/** The models can't be run, whatever the picture. */
export class ModelsBroken extends Error {}

const SCRIPT = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './process-main.ts' : './process-main.js', import.meta.url),
);
/** Characters of what a process wrote before it died. */
const LAST_WORDS = 500;

/** Resolves when it can read. Rejects when it can't start or `signal` is aborted first, and leaves no process behind. */
export const startProcess: StartProcess = async ({ files, priority }, signal) => {
  signal.throwIfAborted();
  const { next, send, ended, end, pid } = spawned(JSON.stringify(files), String(priority));
  const give_up = () => void end();
  signal.addEventListener('abort', give_up, { once: true });
  try {
    const first = await next();
    if ('broken' in first) throw new ModelsBroken(first.broken);
  } catch (error) {
    await end();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', give_up);
  }
  const read = async (png: Uint8Array) => {
    const reply = next();
    send({ png });
    const got = await reply;
    if ('page' in got) return got;
    throw new PictureRefused('refused' in got ? got.refused : 'the reading process said something else');
  };
  return { read, ended, end, pid };
};

type Waiting = { resolve(reply: Reply): void; reject(error: Error): void };

function spawned(...args: string[]) {
  // Its own error stream, of which the end is kept: what kills a process is often said there.
  const child = fork(SCRIPT, args, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  hold(child, false);
  let last_words = '';
  child.stderr?.setEncoding('utf8').on('data', (words: string) => {
    last_words = (last_words + words).slice(-LAST_WORDS);
  });
  let waiting: Waiting | null = null;
  let why: Error | null = null;
  const settle = (how: (one: Waiting) => void) => {
    const one = waiting;
    waiting = null;
    hold(child, false);
    if (one) how(one);
  };
  const fail = (error: Error) => {
    why ??= error;
    const reason = why;
    settle(({ reject }) => reject(reason));
  };
  child.on('message', (reply: Reply) => settle(({ resolve }) => resolve(reply)));
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      fail(new ProcessEnded(`the reading process does not run: ${error.message}`, { cause: error }));
      if (child.pid === undefined) resolve();
    });
    child.on('exit', (code, signal) => {
      const said = last_words.trim().replaceAll(/\s+/g, ' ');
      fail(new ProcessEnded(`the reading process ended with ${signal ?? code}${said === '' ? '' : `: ${said}`}`));
      resolve();
    });
  });
  const next = () =>
    new Promise<Reply>((resolve, reject) => {
      if (why !== null) return reject(why);
      waiting = { resolve, reject };
      hold(child, true);
    });
  const send = (request: Request) => void child.send(request, (error) => error && fail(new ProcessEnded(error.message)));
  const end = async () => {
    hold(child, true); // until it is gone
    child.kill('SIGKILL');
    await ended;
  };
  return { next, send, ended, end, pid: child.pid };
}

/** Keeps our own process alive only while an answer is awaited. */
function hold(child: ChildProcess, on: boolean): void {
  child[on ? 'ref' : 'unref']();
  child.channel?.[on ? 'ref' : 'unref']();
  const stderr = child.stderr as unknown as { ref?(): void; unref?(): void } | null; // a socket, which its type does not say
  stderr?.[on ? 'ref' : 'unref']?.();
}
