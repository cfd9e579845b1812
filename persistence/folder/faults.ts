/** What a file system may answer, in words that say what to do. */
import { failureOf } from '../../contract/failures.ts';
import type { Signed } from '../../runtime/health/part-signs.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

const ADVICE: Record<string, string> = {
  ENOSPC: 'the disk is full: make room',
  EDQUOT: 'the disk quota is used up: make room',
  EACCES: 'no permission: check the owner of the folder',
  EPERM: 'no permission: check the owner of the folder',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open: raise the limit of open files',
  ENFILE: 'too many files are open on this machine',
  EBUSY: 'another process holds it: end that process',
  EIO: 'the disk answers with errors: check it',
  EUCLEAN: 'the file is damaged: restore it from a backup (search.sqlite: remove it, and it is filled again)',
  ELOOP: 'a symbolic link or a special file is in the way: the store follows none',
};

/** What to do about a code of the system; null for one that is not of a disk. */
export const adviceOf = (code: string): string | null => ADVICE[code] ?? null;

/** What a code says of the part whose files these are. */
const NO_WRITES = { state: 'refused', code: 'takes_no_writes', is_certain: true } as const;
const SIGNS: Record<string, Signed['part_fault']> = {
  EACCES: NO_WRITES,
  EPERM: NO_WRITES,
  EROFS: NO_WRITES,
  EBUSY: { state: 'refused', code: 'locked', is_certain: true },
  EIO: { state: 'away', code: 'unavailable', is_certain: true },
  EUCLEAN: { state: 'away', code: 'damaged', is_certain: true },
};

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * A fault of the storage and not of the picture. `code`: of the operating system, such as ENOSPC. As a failure of a step it is
 * STORAGE_FULL, or else an outage: it goes by itself, or an operator must act; either way nothing is wrong with the picture.
 */
export class StorageFault extends StepError {
  readonly code: string;
  /** Absent: it says nothing beyond its failure. */
  declare part_fault?: Signed['part_fault'];
  constructor(code: string, detail: string, cause: unknown) {
    super(failureOf(FULL.has(code) ? 'STORAGE_FULL' : 'PROVIDER_UNAVAILABLE', detail), cause);
    this.name = 'StorageFault';
    this.code = code;
    const sign = SIGNS[code];
    if (sign) this.part_fault = sign;
  }
}

/** The error as it is reported: a known fault of the system in our words, anything else as it is. */
export function storageFault(error: unknown, doing: string): unknown {
  if (error instanceof StorageFault || !(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return error;
  const advice = ADVICE[error.code];
  return advice === undefined ? error : new StorageFault(error.code, `cannot ${doing}: ${advice} (${error.code})`, error);
}
