/**
 * Room on the disk. Uploads are refused while there is still a reserve, so that what is in already goes on: previews, text, entries of
 * the index, edits and removals use it. A disk that is really full stops those too.
 */
import { statfsSync } from 'node:fs';
import { failureOf } from '../../contract/failures.ts';
import type { Signed } from '../../runtime/health/part-signs.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** The largest share of a small disk that is kept free. */
const LARGEST_SHARE = 0.1;
const MIB = 1024 * 1024;

export type RoomOptions = {
  /** Any folder on the disk. */
  dir: string;
  /** Kept free. */
  reserve_bytes: number;
  /** Told at each upload: why there is no room for it; null: there is. */
  shortage?: ((why: string | null) => void) | undefined;
};

export class NoRoom extends StepError implements Signed {
  readonly part_fault = { state: 'full', code: 'disk_reserve' } as const;
  constructor(detail: string) {
    super(failureOf('STORAGE_FULL', detail));
    this.name = 'NoRoom';
  }
}

/** Bytes that are kept free on a disk of this size. */
export const reserveOf = (reserve_bytes: number, { blocks, bsize }: { blocks: number; bsize: number }): number =>
  Math.min(reserve_bytes, LARGEST_SHARE * blocks * bsize);

/** Runs `work`, which stores at most `byte_size`, if there is room for it beside all others that run. Throws NoRoom. */
export function roomOn({ dir, reserve_bytes, shortage }: RoomOptions) {
  /** Bytes of uploads in progress: those on the disk already are counted twice, which errs on the safe side. */
  let promised = 0;

  /** Asked at once, in 2 to 6 µs: given to Node's threads it takes four times as long, and each upload that is announced asks. */
  function shortageFor(byte_size: number): string | null {
    const { bavail, blocks, bsize } = statfsSync(dir);
    const reserve = reserveOf(reserve_bytes, { blocks, bsize });
    if (bavail * bsize - promised - byte_size >= reserve) return null;
    return `the disk of the data folder has ${Math.floor((bavail * bsize) / MIB)} MiB left, of which ${Math.ceil(reserve / MIB)} MiB are kept for what is in already: make room`;
  }
  return async <Value>(byte_size: number, work: () => Promise<Value>): Promise<Value> => {
    const why = shortageFor(byte_size);
    shortage?.(why);
    if (why) throw new NoRoom(why);
    promised += byte_size;
    try {
      return await work();
    } finally {
      promised -= byte_size;
    }
  };
}
