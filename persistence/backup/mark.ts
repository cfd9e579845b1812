/** The mark of a data folder that a restore has begun and not ended. */
import { existsSync } from 'node:fs';
import path from 'node:path';

export const RESTORING = 'restoring';

export class CutShort extends Error {
  constructor(dir: string) {
    super(`a restore of the data folder ${dir} is under way, or was cut short: run tuodi restore again, which begins anew`);
    this.name = 'CutShort';
  }
}

/** Throws CutShort. */
export function checkRestored(dir: string): void {
  if (existsSync(path.join(dir, RESTORING))) throw new CutShort(dir);
}
