/**
 * Signed links to the service itself: whoever holds one may do exactly what it says, until it expires, and nothing else.
 * HMAC-SHA256 over a JSON array of what is granted, so that no two grants have the same bytes to sign.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link is refused for: codes of the contract. */
export type LinkRefused = { refused: 'BAD_SIGNATURE' | 'LINK_EXPIRED' };
export type UploadGrant = { key: string; max_bytes: number; content_type: string };
export type ReadGrant = { key: string; content_type: string; filename: string };

/** The query of a link, as it came: nothing in it is believed before its signature. */
export type LinkQuery = Readonly<Record<string, string | string[] | undefined>>;

/** base64url of the HMAC of `parts`. Begin `parts` with what the link is for, so that no link of one use passes for another. */
export const sign = (secret: string, parts: readonly string[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');

export function isSigned(secret: string, parts: readonly string[], signature: string): boolean {
  const expected = Buffer.from(sign(secret, parts));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Also for links that are not of objects, such as `complete_url`: `parts` must hold the expiry and the method. */
export function verifyLink(
  secret: string,
  parts: readonly string[],
  signature: string,
  time: { expires_at: number; now: number },
): LinkRefused | null {
  if (!isSigned(secret, parts, signature)) return { refused: 'BAD_SIGNATURE' };
  return time.now < time.expires_at ? null : { refused: 'LINK_EXPIRED' };
}

export function uploadQuery(secret: string, grant: UploadGrant, expires_at: number): URLSearchParams {
  const said = { expires: String(expires_at), max_bytes: String(grant.max_bytes), content_type: grant.content_type };
  return new URLSearchParams({ ...said, signature: sign(secret, uploadParts(grant.key, said)) });
}

/** `key`: of the path that was asked for. `now`: wall time. */
export function verifyUpload(secret: string, key: string, query: LinkQuery, now: number): UploadGrant | LinkRefused {
  const said = { expires: one(query.expires), max_bytes: one(query.max_bytes), content_type: one(query.content_type) };
  const refused = verifyLink(secret, uploadParts(key, said), one(query.signature), { expires_at: Number(said.expires), now });
  return refused ?? { key, max_bytes: Number(said.max_bytes), content_type: said.content_type };
}

export function readQuery(secret: string, grant: ReadGrant, expires_at: number): URLSearchParams {
  const said = { expires: String(expires_at), content_type: grant.content_type, filename: grant.filename };
  return new URLSearchParams({ ...said, signature: sign(secret, readParts(grant.key, said)) });
}

/** For GET, and for HEAD, which tells less. */
export function verifyRead(secret: string, key: string, query: LinkQuery, now: number): ReadGrant | LinkRefused {
  const said = { expires: one(query.expires), content_type: one(query.content_type), filename: one(query.filename) };
  const refused = verifyLink(secret, readParts(key, said), one(query.signature), { expires_at: Number(said.expires), now });
  return refused ?? { key, content_type: said.content_type, filename: said.filename };
}

type UploadSaid = { expires: string; max_bytes: string; content_type: string };
const uploadParts = (key: string, { expires, max_bytes, content_type }: UploadSaid) => [
  'PUT',
  key,
  expires,
  max_bytes,
  content_type,
];
type ReadSaid = { expires: string; content_type: string; filename: string };
const readParts = (key: string, { expires, content_type, filename }: ReadSaid) => ['GET', key, expires, content_type, filename];

/** Missing or said twice: empty, which no signature of ours covers. */
const one = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '');
