/** API keys: `tuodi_<key_id>_<secret>`. Only a hash of the secret is stored; 32 random bytes need no slow hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../async/clock.ts';
import type { ApiKey } from '../ports/accounts.ts';

const KEY = /^tuodi_([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** Names of the keys that a service makes for commands on its machine, anew at each start. */
export const isLocalName = (name: string): boolean => /^local(-[0-9a-f]{16})?$/.test(name);

/** `text` is shown once and kept nowhere. */
export type NewKey = { key_id: string; text: string; secret_hash: string };

/** A new key. Its secret is the system's randomness, never the clock's: a test must not be able to foresee a key. */
export function makeKey(clock: Clock): NewKey {
  const key_id = clock.newId();
  const secret = randomBytes(32).toString('base64url');
  return { key_id, text: `tuodi_${key_id}_${secret}`, secret_hash: hashSecret(secret) };
}

/** SHA-256, as lower-case hexadecimal. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** null: not the form of a key. */
export function parseKey(text: string): { key_id: string; secret: string } | null {
  const [, key_id, secret] = KEY.exec(text) ?? [];
  return key_id && secret ? { key_id, secret } : null;
}

/** Neither revoked nor expired at `now`, in epoch milliseconds. */
export const isInUse = ({ revoked_at, expires_at }: Pick<ApiKey, 'revoked_at' | 'expires_at'>, now: number): boolean =>
  revoked_at === null && (expires_at === null || now < expires_at);

/** Takes the same time whatever the difference is. */
export function isSecret(secret: string, secret_hash: string): boolean {
  const actual = Buffer.from(hashSecret(secret));
  const stored = Buffer.from(secret_hash);
  return actual.length === stored.length && timingSafeEqual(actual, stored);
}
