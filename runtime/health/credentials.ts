/**
 * Credentials that a service refuses are not an outage: only a person can end it. At a start they stop it, with the name of the variable;
 * later pictures wait as in an outage, and the condition names the variable.
 */
import { failureOf } from '../../contract/failures.ts';
import type { Clock } from '../async/clock.ts';
import { StepError } from '../tasks/step-handler.ts';
import type { Conditions } from './conditions.ts';

/** `detail`: one sentence that names the service and the variables, and holds no secret. */
export class CredentialsRefused extends StepError {
  constructor(detail: string, cause?: unknown) {
    super(failureOf('CREDENTIALS_REFUSED', detail), cause);
    this.message = detail;
    this.name = 'CredentialsRefused';
  }
}

/** Returns the sentence of a refusal; null for any other error. */
export function refusalIn(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof StepError && error.failure.code === 'CREDENTIALS_REFUSED') return error.failure.detail;
  return refusalIn(error.cause);
}

/** Told by an adapter of its calls. */
export type Credentials = {
  /** What it threw: nothing is made of what is no refusal. */
  failed(error: unknown): void;
  /** wrote: what was written is there; absent: nothing was, or it is not known. */
  accepted(wrote?: boolean): void;
  /** A call begins; the returned function says that it is over. Absent: nobody asks how long calls take. */
  began?(): () => void;
};

/** A call of an adapter, told of: that it is under way, and what came of it. `translated`: what its errors are to its caller. */
export async function toldOf<Value>(
  credentials: Credentials,
  call: () => Promise<Value>,
  translated: (error: unknown) => unknown = (error) => error,
): Promise<Value> {
  const ended = credentials.began?.();
  try {
    const answer = await call();
    credentials.accepted();
    return answer;
  } catch (error) {
    const fault = translated(error);
    credentials.failed(fault);
    throw fault;
  } finally {
    ended?.();
  }
}

/** After a refusal credentials count as good once they were accepted and not refused for so long: only some calls may be allowed. */
const GOOD_AFTER_MS = 30_000;

/** `part`: of the name of the condition, such as `database`. */
export function credentialsOf(
  { conditions, clock }: { conditions: Conditions; clock: Pick<Clock, 'after'> },
  part: string,
  good_after_ms: number = GOOD_AFTER_MS,
): Credentials {
  const name = `credentials_${part}`;
  let clearing: { cancel(): void } | null = null;
  return {
    failed(error) {
      const detail = refusalIn(error);
      if (detail === null) return;
      clearing?.cancel();
      clearing = null;
      conditions.set(name, detail);
    },
    accepted() {
      if (clearing || !conditions.has(name)) return;
      clearing = clock.after(good_after_ms, () => {
        clearing = null;
        conditions.clear(name);
      });
    },
  };
}

/** Default of adapters. */
export const UNWATCHED: Credentials = { failed: () => {}, accepted: () => {} };

/** Codes of TLS errors: a certificate that is not trusted, or belongs to another host (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_(HAS_EXPIRED|NOT_YET_VALID|UNTRUSTED|REVOKED|SIGNATURE_FAILURE)|INVALID_CA|ERR_TLS_CERT_ALTNAME_INVALID|ERR_SSL_.*|HOSTNAME_MISMATCH)$/;
export function certificateFault(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string' && CERTIFICATE.test(at.code)) return at.code;
  return null;
}
