/** A disk of a few megabytes, that a test fills up, makes room on, and makes read-only: a tmpfs, which only root may mount. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SIZE_MIB = 48;
const CHUNK = 65_536;
const PAGE = 4_096;

export type SmallDisk = {
  dir: string;
  /** Leaves about so many bytes free. */
  fill(left: number): void;
  makeRoom(): void;
  readOnly(): void;
  end(): void;
};

/** Null where this process may not mount, with the reason said aloud. */
export function smallDisk(say: (text: string) => void): SmallDisk | null {
  const dir = mkdtempSync(path.join(tmpdir(), 'tuodi-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', dir], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(dir);
    say(`SKIPPED: no disk to fill up, since mounting is not permitted here (${error instanceof Error ? error.message : error})`);
    return null;
  }
  const ballast = path.join(dir, 'ballast');
  const free = () => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  };
  return {
    dir,
    fill(left) {
      const handle = openSync(ballast, 'a');
      try {
        for (let room = free() - left; room > 0; room = free() - left)
          writeSync(handle, Buffer.alloc(Math.max(PAGE, Math.min(CHUNK, room))));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error; // full it shall be
      } finally {
        closeSync(handle);
      }
    },
    makeRoom: () => rmSync(ballast, { force: true }),
    readOnly: () => void execFileSync('mount', ['-o', 'remount,ro', dir], { stdio: 'pipe' }),
    end() {
      execFileSync('umount', ['-l', dir], { stdio: 'pipe' });
      rmdirSync(dir);
    },
  };
}
