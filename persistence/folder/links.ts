/** Signed links to the service itself: whoever holds one may do exactly what it says, until it expires, and nothing else. */
import type { Signer } from '../../runtime/accounts/signer.ts';
import { isUploadKey } from '../shared/object-keys.ts';

/** What a link is refused for: codes of the contract. */
export type LinkRefused = { refused: 'BAD_SIGNATURE' | 'LINK_EXPIRED' };
/** `granted_to`: the API key that the link ends with; absent: it has its time alone. */
export type UploadGrant = { key: string; max_bytes: number; content_type: string; granted_to?: string };
export type ReadGrant = { key: string; content_type: string; filename: string; granted_to?: string };

/** The query of a link, as it came: nothing in it is believed before its signature. */
export type LinkQuery = Readonly<Record<string, string | string[] | undefined>>;

/** Also for links that are not of objects, such as `complete_url`: `parts` must hold the expiry and the method. */
export function verifyLink(
  signer: Signer,
  parts: readonly string[],
  signature: string,
  time: { expires_at: number; now: number },
): LinkRefused | null {
  if (!signer.verify(parts, signature)) return { refused: 'BAD_SIGNATURE' };
  return time.now < time.expires_at ? null : { refused: 'LINK_EXPIRED' };
}

export function uploadQuery(signer: Signer, grant: UploadGrant, expires_at: number): URLSearchParams {
  const fields = {
    expires: String(expires_at),
    max_bytes: String(grant.max_bytes),
    content_type: grant.content_type,
    ...named(grant),
  };
  return new URLSearchParams({ ...fields, signature: signer.sign(uploadParts(grant.key, fields)) });
}

/** `key`: of the path that was asked for. `now`: wall time. No signature is good for a key that no upload may write. */
export function verifyUpload(signer: Signer, key: string, query: LinkQuery, now: number): UploadGrant | LinkRefused {
  if (!isUploadKey(key)) return { refused: 'BAD_SIGNATURE' };
  const fields = {
    expires: one(query.expires),
    max_bytes: one(query.max_bytes),
    content_type: one(query.content_type),
    ...namedIn(query),
  };
  const refused = verifyLink(signer, uploadParts(key, fields), one(query.signature), { expires_at: Number(fields.expires), now });
  return refused ?? { key, max_bytes: Number(fields.max_bytes), content_type: fields.content_type, ...grantedIn(query) };
}

export function readQuery(signer: Signer, grant: ReadGrant, expires_at: number): URLSearchParams {
  const fields = { expires: String(expires_at), content_type: grant.content_type, filename: grant.filename, ...named(grant) };
  return new URLSearchParams({ ...fields, signature: signer.sign(readParts(grant.key, fields)) });
}

/** For GET, and for HEAD, which tells less. */
export function verifyRead(signer: Signer, key: string, query: LinkQuery, now: number): ReadGrant | LinkRefused {
  const fields = {
    expires: one(query.expires),
    content_type: one(query.content_type),
    filename: one(query.filename),
    ...namedIn(query),
  };
  const refused = verifyLink(signer, readParts(key, fields), one(query.signature), { expires_at: Number(fields.expires), now });
  return refused ?? { key, content_type: fields.content_type, filename: fields.filename, ...grantedIn(query) };
}

/** Grants one result of one run for one picture. It does not expire: with its picture gone it is worth nothing, and what it lets in is signed. */
export type CallbackGrant = { org_id: string; resource_id: string; task_id: string; order: number };

/** The query of the address that a provider calls back. */
export const callbackQuery = (signer: Signer, grant: CallbackGrant): URLSearchParams =>
  new URLSearchParams({ order: String(grant.order), signature: signer.sign(callbackParts(grant)) });

export const isOurCallback =
  (signer: Signer) =>
  (grant: CallbackGrant, signature: string): boolean =>
    signer.verify(callbackParts(grant), signature);

const callbackParts = ({ org_id, resource_id, task_id, order }: CallbackGrant) => [
  'callback',
  org_id,
  resource_id,
  task_id,
  String(order),
];

type Named = { key_id?: string };
type UploadFields = Named & { expires: string; max_bytes: string; content_type: string };
const uploadParts = (key: string, { expires, max_bytes, content_type, key_id }: UploadFields) => [
  ...['PUT', key, expires, max_bytes, content_type],
  ...toPart(key_id),
];
type ReadFields = Named & { expires: string; content_type: string; filename: string };
const readParts = (key: string, { expires, content_type, filename, key_id }: ReadFields) => [
  ...['GET', key, expires, content_type, filename],
  ...toPart(key_id),
];
/** Without a key the parts are as they have always been, so that links that were given out hold. */
const toPart = (key_id: string | undefined) => (key_id === undefined ? [] : [key_id]);

const named = ({ granted_to }: { granted_to?: string }): Named => (granted_to === undefined ? {} : { key_id: granted_to });
/** Given as nothing it is not the same as not given: neither signature is good for the other. */
const namedIn = ({ key_id }: LinkQuery): Named => (key_id === undefined ? {} : { key_id: one(key_id) });
const grantedIn = ({ key_id }: LinkQuery) => (key_id === undefined ? {} : { granted_to: one(key_id) });

/** Missing or said twice: empty, which no signature of ours covers. */
const one = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '');
