/** A process that computes for us, seen from outside: each request is settled, whatever becomes of the process. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The first thing that a process says: it can work, or why it never can. */
export type FirstReply = { ready: true } | { broken: string };

export type ComputingProcess<Request, Reply> = {
  readonly pid: number | undefined;
  /** One request at a time. Rejects with ProcessEnded when the process dies. */
  ask(request: Request): Promise<Reply>;
  /** Resolves when the process has ended, by itself or by `end`. */
  readonly ended: Promise<void>;
  /** Ends it at once, in the middle of a request too. */
  end(): Promise<void>;
};

/** `script`: of its inside, beside the caller: `…/name-main.ts`. `name`: as errors call it. */
export type Program = { script: URL; args: string[]; name: string };

export class ProcessEnded extends Error {}
/** The models can't be run, whatever is asked. */
export class ModelsBroken extends Error {}

/** Characters of what a process wrote before it died. */
const LAST_WORDS = 500;

/** Resolves when it can work. Rejects when it can't start or `signal` is aborted first, and leaves no process behind. */
export async function startComputing<Request extends object, Reply extends object>(
  program: Program,
  signal: AbortSignal,
): Promise<ComputingProcess<Request, Reply>> {
  signal.throwIfAborted();
  const { next, send, ended, end, pid } = spawned<FirstReply | Reply>(program);
  const give_up = () => void end();
  signal.addEventListener('abort', give_up, { once: true });
  try {
    const first = (await next()) as FirstReply; // said by our own side
    if ('broken' in first) throw new ModelsBroken(first.broken);
    const ask = (request: Request): Promise<Reply> => {
      const reply = next() as Promise<Reply>;
      send(request);
      return reply;
    };
    return { ask, ended, end, pid };
  } catch (error) {
    await end();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', give_up);
  }
}

/** What is compiled starts what is compiled beside it. */
const scriptOf = ({ script }: Program): string => {
  const file = fileURLToPath(script);
  return import.meta.url.endsWith('.ts') ? file : file.replace(/\.ts$/, '.js');
};

type Waiting<Reply> = { resolve(reply: Reply): void; reject(error: Error): void };

function spawned<Reply extends object>(program: Program) {
  const { args, name } = program;
  // Its own error stream, of which the end is kept: what kills a process is often said there.
  const child = fork(scriptOf(program), args, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  hold(child, false);
  let last_words = '';
  child.stderr?.setEncoding('utf8').on('data', (words: string) => {
    last_words = (last_words + words).slice(-LAST_WORDS);
  });
  let waiting: Waiting<Reply> | null = null;
  let why: Error | null = null;
  const settle = (how: (one: Waiting<Reply>) => void) => {
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
      fail(new ProcessEnded(`${name} does not run: ${error.message}`, { cause: error }));
      if (child.pid === undefined) resolve();
    });
    child.on('exit', (code, signal) => {
      const said = last_words.trim().replaceAll(/\s+/g, ' ');
      fail(new ProcessEnded(`${name} ended with ${signal ?? code}${said === '' ? '' : `: ${said}`}`));
      resolve();
    });
  });
  const next = () =>
    new Promise<Reply>((resolve, reject) => {
      if (why !== null) return reject(why);
      waiting = { resolve, reject };
      hold(child, true);
    });
  const send = (request: object) => void child.send(request, (error) => error && fail(new ProcessEnded(error.message)));
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
