/** `tuodi ingest --watch`: what is said on the command line, and the service that may be started again meanwhile. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { type Client, connect } from '../client.ts';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { stopSignal } from '../signals.ts';
import { openFolder, untilTakenOver } from '../with-service.ts';
import type { AfterIngest } from './after-ingest.ts';
import { type IngestOptions, isPicture } from './ingest.ts';
import { WATCH_LIMITS, watch } from './watch.ts';

export type WatchFlags = IngestOptions & { then?: string };

export const watchCommand =
  (folders: string[], { then, ...options }: WatchFlags): Run =>
  async (config, out) => {
    const after = parseAfterIngest(then);
    await checkFolders(folders, after);
    const clock = systemClock();
    const service = await reached(config, out.warn);
    const stop = stopSignal();
    out.print(`Watching ${folders.join(', ')}. Stop it with Ctrl-C.`);
    try {
      const { failed } = await untilTakenOver(service.taken, () =>
        watch(folders, {
          ...{ client: service.client, options: { ...options, after }, out, pace: clock },
          ...{ limits: WATCH_LIMITS, is: isPicture, signal: stop.signal },
        }),
      );
      return failed > 0 ? 3 : 0;
    } finally {
      stop.release();
      await service.close();
    }
  };

export function parseAfterIngest(value = 'keep'): AfterIngest {
  if (value === 'keep' || value === 'delete') return { do: value };
  const [, to] = /^move=(.+)$/.exec(value) ?? [];
  if (to) return { do: 'move', to };
  throw new UsageError(`--then ${value} is not known: keep, move=<folder> or delete`);
}

async function checkFolders(folders: string[], then: AfterIngest): Promise<void> {
  for (const folder of folders) {
    const there = await stat(folder).catch(() => null); // reported below, as what is no folder
    if (!there?.isDirectory()) throw new UsageError(`${folder} is no folder: --watch takes folders`);
  }
  const roots = folders.map((folder) => path.resolve(folder));
  const within = (a: string, b: string) => a === b || a.startsWith(b + path.sep);
  if (roots.some((a, i) => roots.some((b, j) => i !== j && within(a, b))))
    throw new UsageError('of the folders that are watched, one is within another: name the outer one alone');
  if (then.do === 'move' && roots.some((root) => root === path.resolve(then.to)))
    throw new UsageError(`${then.to} is what is watched: move files elsewhere, or to a folder in it, which is then left out`);
}

/** A service that is started again has another key, and perhaps another port. One that this process opened stays. */
async function reached(
  config: Config,
  warn: (text: string) => void,
): Promise<{ client(): Promise<Client> } & Pick<Client, 'taken' | 'close'>> {
  let opened = false;
  const first = await connect(
    config,
    async (of) => {
      const folder = await openFolder(of);
      opened = true;
      return folder;
    },
    warn,
  );
  const reopen = async () => {
    throw new Error(`nothing serves ${config.data_dir} just now: files wait until it is there again`);
  };
  const { taken, close } = first;
  return { client: async () => (opened || config.url ? first : connect(config, reopen)), taken, close };
}
