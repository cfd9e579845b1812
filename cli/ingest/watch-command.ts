/** `tuodi ingest --watch`: what is said on the command line, and the service that may be started again meanwhile. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../app/config.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { type Client, connect, type OpenFolder } from '../client.ts';
import type { Run } from '../command.ts';
import { UsageError, WordedError } from '../errors.ts';
import type { Output } from '../output.ts';
import { stopSignal } from '../signals.ts';
import { openFolder, untilTakenOver } from '../with-service.ts';
import type { AfterIngest } from './after-ingest.ts';
import { onDisk, pathMeant, shownPath } from './disk-path.ts';
import type { IngestOptions } from './ingest.ts';
import { leftOutLines } from './ingest-text.ts';
import { typedPaths } from './named-paths.ts';
import { WATCH_LIMITS, watch } from './watch.ts';

export type WatchFlags = IngestOptions & { then?: string };

export const watchCommand =
  (named: string[], { then, ...options }: WatchFlags): Run =>
  async (config, out) => {
    const folders = await Promise.all((await typedPaths(named)).map(pathMeant));
    const after = parseAfterIngest(then);
    await checkFolders(folders, after);
    const clock = systemClock();
    const service = await reached(config, out);
    const stop = stopSignal();
    const shown = folders.map(shownPath);
    out.print(
      out.words({
        en: `Watching ${shown.join(', ')}. Stop it with Ctrl-C.`,
        zh: `正在监视 ${shown.join('、')}。按 Ctrl-C 停止。`,
      }),
    );
    try {
      const { taken, failed, left_out } = await untilTakenOver(service.taken, () =>
        watch(folders, {
          ...{ client: service.client, options: { ...options, after }, out, pace: clock },
          ...{ limits: WATCH_LIMITS, signal: stop.signal },
        }),
      );
      out.print(out.words({ en: `Taken in: ${taken}; failed: ${failed}.`, zh: `已收取 ${taken} 个，失败 ${failed} 个。` }));
      for (const line of leftOutLines(left_out, out.language)) out.json ? out.warn(line) : out.print(line);
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
    const there = await stat(onDisk(folder)).catch(() => null); // reported below, as what is no folder
    if (!there?.isDirectory())
      throw new UsageError({
        en: `${shownPath(folder)} is no folder: --watch takes folders`,
        zh: `${shownPath(folder)} 不是文件夹：--watch 只接受文件夹`,
      });
  }
  const roots = folders.map((folder) => path.resolve(folder));
  const within = (a: string, b: string) => a === b || a.startsWith(b + path.sep);
  if (roots.some((a, i) => roots.some((b, j) => i !== j && within(a, b))))
    throw new UsageError('of the folders that are watched, one is within another: name the outer one alone');
  if (then.do === 'move' && roots.some((root) => root === path.resolve(then.to)))
    throw new UsageError(`${then.to} is what is watched: move files elsewhere, or to a folder in it, which is then left out`);
}

/** A service that is started again has another key, and perhaps another port. One that this process opened stays. */
async function reached(config: Config, out: Output): Promise<{ client(): Promise<Client> } & Pick<Client, 'taken' | 'close'>> {
  let opened = false;
  const open: OpenFolder = async (of) => {
    const folder = await openFolder(of);
    opened = true;
    return folder;
  };
  const first = await connect(config, open, out);
  const reopen = async () => {
    throw new WordedError({
      en: `nothing serves ${config.data_dir} just now: files wait until it is there again`,
      zh: `${config.data_dir} 目前没有服务：文件将等到服务恢复`,
    });
  };
  const quiet = { ...out, warn: () => undefined };
  const { taken, close } = first;
  return { client: async () => (opened || config.url ? first : connect(config, reopen, quiet)), taken, close };
}
