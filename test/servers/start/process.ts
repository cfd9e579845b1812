/** A server as a child process of this one: started, waited for, and ended by its pid. It never outlives the process that started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Server = {
  /** Such as 'MariaDB'. */
  product: string;
  version: string;
  url: string;
  port: number;
  /** The pid of the process that runs now; a restart changes it. */
  readonly pid: number;
  /** Asks it to end, and makes it end after a while. Resolves once it has ended; does nothing if it already has. */
  stop(): Promise<void>;
  /** SIGKILL. Resolves once it has ended. */
  kill(): Promise<void>;
  /** Stops it if it runs, starts it on the same port and folder, and resolves once it is ready. */
  restart(): Promise<void>;
};

export type Launch = {
  product: string;
  command: string;
  args: string[];
  /** Added to this process's own. */
  env?: NodeJS.ProcessEnv;
  /** Where it runs, and where its output is kept as <product>.log. */
  folder: string;
  url: string;
  port: number;
  /** Asks the server itself for its version; throws as long as it is not ready. */
  version: () => Promise<string>;
};

/** From the start to ready: four times what the slowest took on two busy cores. */
const START_LIMIT_MS = 120_000;
/** From SIGTERM to SIGKILL. */
const STOP_LIMIT_MS = 15_000;
const LOOK_EVERY_MS = 50;
const LOG_LINES_SHOWN = 20;
const PORT_TRIES = 100;
/** Below the ports that Linux gives to outgoing connections, so that none of these is taken while a server restarts. */
const PORTS = { from: 20_000, to: 32_000 };
/** Kills the child when the thread that started it ends, however it ends. */
const SETPRIV = '/usr/bin/setpriv';

const given = new Set<number>();
const running = new Set<Server>();

/** A port of the loopback address that nothing listens on, and that this process was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port from ${PORTS.from} to ${PORTS.to} in ${PORT_TRIES} tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Starts it, and resolves once it is ready. Throws with the end of its output if it ends before, or is not ready in time. */
export async function launch(of: Launch): Promise<Server> {
  let child = begin(of);
  const end = async (name: NodeJS.Signals) => {
    running.delete(server);
    await endChild(child, name);
  };
  const server: Server = {
    product: of.product,
    version: '',
    url: of.url,
    port: of.port,
    get pid() {
      return child.pid ?? -1;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      child = begin(of);
      running.add(server);
      await ready(of, child);
    },
  };
  running.add(server);
  server.version = await ready(of, child);
  return server;
}

/** Stops every server that this process started and has not ended. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

const logOf = ({ folder, product }: Launch): string => path.join(folder, `${product.toLowerCase().replaceAll(' ', '-')}.log`);

function begin(of: Launch): ChildProcess {
  const log = openSync(logOf(of), 'a');
  const [command, args] = existsSync(SETPRIV)
    ? [SETPRIV, ['--pdeathsig', 'KILL', of.command, ...of.args]]
    : [of.command, of.args];
  // A group of its own: Ctrl-C is for us, and we end the servers in our order.
  const child = spawn(command, args, {
    cwd: of.folder,
    detached: true,
    env: { ...process.env, ...of.env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => undefined); // no such program: `ready` says so, with the log
  return child;
}

async function ready(of: Launch, child: ChildProcess): Promise<string> {
  const over = performance.now() + START_LIMIT_MS;
  for (;;) {
    if (ended(child)) throw new Error(`${of.product} ended at its start\n${endOfLog(of)}`);
    try {
      return await of.version();
    } catch (error) {
      if (performance.now() < over) {
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      await endChild(child, 'SIGKILL');
      throw new Error(`${of.product} is not ready after ${START_LIMIT_MS} ms\n${endOfLog(of)}`, { cause: error });
    }
  }
}

const ended = (child: ChildProcess): boolean => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function endChild(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  if (ended(child)) return;
  const gone = once(child, 'exit');
  child.kill(name);
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await gone;
  clearTimeout(late);
}

function endOfLog(of: Launch): string {
  return readFileSync(logOf(of), 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
}
