/** Why a call did not do what it should. */

/** A problem that the API answered. `detail` is in the reader's language. */
export class Refused extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly code: string;
  readonly retry_after_s: number | null;
  readonly body: unknown;
  constructor(status: number, code: string, detail: string, more: { retry_after_s?: number | null; body?: unknown } = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retry_after_s = more.retry_after_s ?? null;
    this.body = more.body;
  }
}

/** No answer came: the service is away, or this device is. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

/** A proxy that finds nothing behind it says one of these; so does a service that is starting. */
const NOT_THERE = new Set([502, 503, 504]);
export const isUnreachable = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof Refused && NOT_THERE.has(error.status));
export const isAborted = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Throws what is neither a problem of the API nor a missing connection: a mistake of ours. */
export function throwUnexpected(error: unknown): void {
  if (!(error instanceof Refused) && !isUnreachable(error)) throw error;
}

/** The sentence of a refusal or of a missing connection. Throws what throwUnexpected does. */
export function whyOf(error: unknown): string {
  throwUnexpected(error);
  return error instanceof Error ? error.message : '';
}
