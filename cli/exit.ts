/** How the process ends once its command is done. */
import type { ExitCode } from '../contract/exit-codes.ts';

/** What still holds the process then (a connection that is not let go, a part that hangs) is cut off after this. */
const END_LIMIT_MS = 2_000;

export function exitWith(code: ExitCode): void {
  process.exitCode = code;
  setTimeout(() => process.exit(), END_LIMIT_MS).unref();
}
