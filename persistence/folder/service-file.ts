/** service.json in a data folder: where the service that holds the folder listens, and its key; written by `serve`, and by a command that opens the folder. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { MAX_PRIVATE_BYTES } from './private-file.ts';

export const SERVICE_FILE = 'service.json';

const Service = z.object({ url: z.url().max(2_000), api_key: z.string(), pid: z.int().positive() });
export type Service = z.infer<typeof Service>;

/** Null for what is no such file: half of one that an earlier version wrote on a full disk. */
export function serviceIn(text: string): Service | null {
  try {
    return Service.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** To be named to a person, and not to be spoken to: whoever may write the folder wrote it. Null where there is none, or none that can be read. */
export function serviceNamed(folder: string): Pick<Service, 'url' | 'pid'> | null {
  try {
    const file = openSync(path.join(folder, SERVICE_FILE), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const seen = fstatSync(file);
      return seen.isFile() && seen.size <= MAX_PRIVATE_BYTES ? serviceIn(readFileSync(file, 'utf8')) : null;
    } finally {
      closeSync(file);
    }
  } catch {
    return null; // it may be removed between two looks, or belong to another user
  }
}

/** Whether a process of this machine has this id. */
export const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // of another user
  }
};
