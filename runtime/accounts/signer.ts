/**
 * Signatures with a secret of ours: HMAC-SHA256 over a JSON array, so that no two lists of parts have the same bytes to sign.
 * With a previous secret beside the current one a secret is replaced without a gap: new signatures are made with the current one,
 * and those of both hold.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** The current secret and the one before. `previous`: null or absent unless the secret is being replaced. */
export type Secrets = { current: string; previous?: string | null | undefined };

/** Begin `parts` with what the signature is for, so that no signature of one use passes for another. */
export interface Signer {
  /** base64url: fits in a query or a path as it is. */
  sign(parts: readonly string[]): string;
  /** Takes the same time whatever differs. */
  verify(parts: readonly string[], signature: string): boolean;
}

/** Throws RangeError for an empty secret: everybody can sign with it. */
export function createSigner(secrets: Secrets): Signer {
  const accepted = secretsOf(secrets);
  if (accepted.some((secret) => secret === '')) throw new RangeError('an empty secret signs nothing');
  return {
    sign: (parts) => hmac(secrets.current, parts),
    verify: (parts, signature) => accepted.map((secret) => isSame(hmac(secret, parts), signature)).includes(true),
  };
}

/** Those that hold, the current one first. */
export const secretsOf = ({ current, previous }: Secrets): string[] =>
  previous === null || previous === undefined ? [current] : [current, previous];

const hmac = (secret: string, parts: readonly string[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');

function isSame(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}
