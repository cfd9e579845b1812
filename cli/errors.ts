/** Why a picture was not taken, as it is reported: the code of the API's problem or of the system. */
export const failureOf = (error: unknown): { code: string; detail: string } => ({
  code: error instanceof Error && 'code' in error ? String(error.code) : 'UNEXPECTED',
  detail: error instanceof Error ? error.message : String(error),
});

/** Wrong usage that the parser of the command line can't see: ends with 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Another process works on what this one worked on: ends with 4. */
export class TakenOver extends Error {
  override name = 'TakenOver';
  constructor(reason: unknown) {
    super(`Another process has taken over, and this one ends: ${reason instanceof Error ? reason.message : String(reason)}`, {
      cause: reason,
    });
  }
}
