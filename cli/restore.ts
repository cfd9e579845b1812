/** `tuodi restore <backup> --data-dir <new>`: a data folder made of a backup. */
import { restoreFolder } from '../persistence/backup/restore.ts';
import { asUsage, describeLacking, progressOf } from './backup.ts';
import type { Run } from './command.ts';
import { stopSignal } from './signals.ts';

export const restoreCommand =
  (backup: string, { copy = false }: { copy?: boolean }): Run =>
  async ({ data_dir }, out) => {
    const watch = progressOf(out, 'restoring');
    const stop = stopSignal();
    const restored = restoreFolder({ backup, data_dir, copy, signal: stop.signal, ...watch });
    const { manifest, lacking } = await asUsage(restored).finally(() => {
      stop.release();
      watch.end();
    });
    const { objects, made_at } = manifest;
    out.result({ data_dir, made_at, objects, lacking }, () =>
      [
        `${data_dir} is as it was on ${made_at}, with ${objects.named} pictures. The search index is filled at the first start: tuodi serve`,
        ...describeLacking(lacking, 'The bytes of this picture are missing or damaged'),
      ].join('\n'),
    );
    return lacking.count > 0 ? 3 : 0;
  };
