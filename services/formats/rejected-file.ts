/** What makes a file no legal picture. */
import type { FailureCode } from '../../contract/failures.ts';

/** Not a failure of ours: the file is refused, and says why. */
export class RejectedFile extends Error {
  override name = 'Illegal';
  readonly code: FailureCode;
  constructor(code: FailureCode, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.code = code;
  }
}

const MAX_DETAIL_CHARS = 200;
/** In one line: decoders say more. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\n[\s\S]*/, '').slice(0, MAX_DETAIL_CHARS);
