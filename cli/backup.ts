/** `tuodi backup <target>`: the data folder as it is at one moment, beside a running service. */
import { type Config, ConfigError, inProcess } from '../app/config.ts';
import { type BackupOptions, backupFolder } from '../persistence/backup/backup.ts';
import { BadBackup, type Lacking } from '../persistence/backup/manifest.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { printableLine } from '../text/printable.ts';
import type { Run } from './command.ts';
import { UsageError } from './errors.ts';
import type { Output } from './output.ts';
import { VERSION } from './project.ts';
import { stopSignal } from './signals.ts';

export const backupCommand =
  (target: string, { copy = false }: { copy?: boolean }): Run =>
  async (config, out) => {
    checkInFolder(config);
    const watch = progressOf(out, 'backing up');
    const stop = stopSignal();
    const options: BackupOptions = {
      ...{ data_dir: config.data_dir, target, copy, version: VERSION, wall: systemClock().now, signal: stop.signal },
      ...watch,
    };
    const { manifest, linked, copied } = await asUsage(backupFolder(options)).finally(() => {
      stop.release();
      watch.end();
    });
    const { objects, lacking, made_at } = manifest;
    out.result({ backup: target, made_at, ...{ objects, linked, copied, lacking } }, () =>
      [
        `${target} holds the facts of ${made_at} and ${objects.count} objects (${linked} by hard link, ${copied} copied).`,
        ...(linked > 0
          ? ['Objects that are linked share their bytes with the data folder: copy the backup to another disk, or use --copy.']
          : []),
        ...describeLacking(lacking, 'The bytes of this picture are not in the data folder any more'),
      ].join('\n'),
    );
    return lacking.count > 0 ? 3 : 0;
  };

/** Servers have backups of their own. */
function checkInFolder(config: Config): void {
  const own = inProcess(config).map(({ part }) => part);
  if (own.includes('the facts') && own.includes('the pictures')) return;
  throw new ConfigError(
    'backup is of a data folder, and here facts or pictures are on servers: use their own backups (facts first, then the bucket), or tuodi export',
  );
}

export function progressOf(out: Output, label: string) {
  let bar: ReturnType<Output['progress']> | null = null;
  return {
    begun: (pictures: number) => {
      bar = out.progress(pictures, label);
    },
    step: (name: string) => bar?.step(name),
    end: () => bar?.end(),
  };
}

export async function asUsage<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BadBackup ? new UsageError(error.message) : error;
  }
}

const MAX_LISTED = 20;
export function describeLacking({ count, first }: { count: number; first: Lacking[] }, what: string): string[] {
  const lines = first.slice(0, MAX_LISTED).map(({ resource_id, key }) => printableLine(`${what}: ${resource_id} (${key})`));
  return count > lines.length ? [...lines, `… and ${count - lines.length} more`] : lines;
}
