/** What a drill works with: the service that it started, its pictures, and who watches. */
import type { Text } from '../../contract/statuses.ts';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { type Client, clientOf } from '../client.ts';
import { WordedError } from '../errors.ts';
import type { Output } from '../output.ts';
import type { DrillEngine } from './engine.ts';
import { type Picture, type Sample, send } from './pictures.ts';
import type { Place } from './place.ts';
import { type ServiceProcess, startService } from './process.ts';
import type { Watcher } from './watcher.ts';

const LOOK_MS = 250;

export type DrillWorld = {
  place: Place;
  /** The API, by a key of the drill's organisation. Throws while the service is not there. */
  client(): Client;
  pictures: Picture[];
  /** Sends pictures; what becomes of them is looked at later. */
  take(samples: readonly Sample[]): Promise<void>;
  service: { start(): Promise<void>; stop(): Promise<void>; kill(): Promise<void> };
  /** Beside the service, where parts are on servers. */
  worker: { start(): Promise<void>; kill(): Promise<void> } | null;
  engine: DrillEngine | null;
  watcher: Watcher;
  /** A line of what is done, with the time since the fault. */
  says(text: Text): void;
  /** Throws WordedError when the drill is stopped, or `what` does not happen in time. */
  until(what: Text, condition: () => Promise<boolean>, limit_ms: number): Promise<void>;
};

type Given = {
  variables: NodeJS.ProcessEnv;
  place: Place;
  key: string;
  env: Record<string, string>;
  engine: DrillEngine | null;
  with_worker: boolean;
  out: Output;
  signal: AbortSignal;
  watched: (client: () => Client | null) => Watcher;
};

export function createWorld({ variables, place, key, env, engine, with_worker, out, signal, watched }: Given) {
  const clock = systemClock();
  const running: { service: ServiceProcess | null; worker: ServiceProcess | null } = { service: null, worker: null };
  let client: Client | null = null;
  const begun = { env: { ...bare(variables), ...place.env, ...env }, folder: place.folder };
  const started = (command: 'serve' | 'worker', kinds: string | null) =>
    startService(command, { ...begun, env: { ...begun.env, ...(kinds ? { TUODI_WORKER_KINDS: kinds } : {}) } });
  const end = async (which: 'service' | 'worker', how: 'stop' | 'kill') => {
    const one = running[which];
    running[which] = null;
    if (which === 'service') client = null;
    await one?.[how]();
  };
  const watcher = watched(() => client);
  const world: DrillWorld = {
    ...{ place, engine, watcher, pictures: [] },
    client() {
      if (client === null) throw new Error('the service of the drill is not there');
      return client;
    },
    async take(samples) {
      for (const sample of samples) world.pictures.push(await send(world.client(), sample));
    },
    service: {
      async start() {
        running.service = await started('serve', with_worker ? KINDS_BESIDE_A_WORKER : null);
        client = clientOf(running.service.url ?? '', key, { language: out.language });
      },
      stop: () => end('service', 'stop'),
      kill: () => end('service', 'kill'),
    },
    worker: with_worker
      ? {
          async start() {
            running.worker = await started('worker', null);
          },
          kill: () => end('worker', 'kill'),
        }
      : null,
    says(text) {
      const at = `${(watcher.elapsed() / 1_000).toFixed(1)} s`.padStart(8);
      out.print(`${at}  ${out.words(text)}`);
    },
    async until(what, condition, limit_ms) {
      const over = clock.elapsed() + limit_ms;
      while (!(await condition().catch(() => false))) {
        if (signal.aborted) throw new WordedError({ en: 'the drill was stopped', zh: '演练被中止' });
        if (clock.elapsed() > over) throw new WordedError({ en: `not in time: ${what.en}`, zh: `超时：${what.zh}` });
        await clock.sleep(LOOK_MS);
      }
    },
  };
  const stop = async () => {
    await end('worker', 'stop');
    await end('service', 'stop');
  };
  return { world, stop };
}
/** What a service does beside a worker that is to be lost with a picture in its hands. */
const KINDS_BESIDE_A_WORKER = STEP_KINDS.filter((kind) => kind !== 'ocr').join(',');

/** Without any variable of ours. */
const bare = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TUODI_')));
