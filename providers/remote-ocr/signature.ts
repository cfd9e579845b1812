/**
 * The signature of a callback, by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body. Not by its
 * library, which computes it in JavaScript and parses the body besides: 4 MB took it 80 ms of the event loop, these 4 ms.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Secrets, secretsOf } from '../../runtime/accounts/signer.ts';
import { systemClock } from '../../runtime/async/clock.ts';

/** Ids are stored: a longer one is none of ours to keep. */
const MAX_ID_CHARS = 200;
/** How far its time may be off ours, as the standard has it. */
const TOLERANCE_S = 5 * 60;
/** Several stand side by side while a secret is being changed. */
const MAX_SIGNATURES = 10;
/** base64 of 32 bytes. */
const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=)$/;

/** The lower-case headers of a request. */
export type SignedHeaders = Readonly<Record<string, string | string[] | undefined>>;
type Signed = { id: string; time: string; signatures: Buffer[] };
export type CallbackVerifier = {
  /** Before the body is there: the id of the message, if its headers could be those of a signed one whose time is near ours; else null. */
  idOf(headers: SignedHeaders): string | null;
  /** The id of the message if `body` is signed with one of our secrets and its time is near ours, else null. */
  verify(body: Uint8Array, headers: SignedHeaders): string | null;
};

/** `secrets`: whsec_ and base64. Throws when one is none. The comparison takes the same time whatever differs. */
export function callbackVerifier(secrets: Secrets, wall: () => number = systemClock().now): CallbackVerifier {
  const keys = secretsOf(secrets).map(keyOf);
  const signedBy = (headers: SignedHeaders): Signed | null => {
    const [id, time] = [one(headers, 'webhook-id'), one(headers, 'webhook-timestamp')];
    if (!/^[\x21-\x7e]+$/.test(id) || id.length > MAX_ID_CHARS || !/^\d{1,12}$/.test(time)) return null;
    if (Math.abs(wall() / 1_000 - Number(time)) > TOLERANCE_S) return null;
    const value = one(headers, 'webhook-signature').split(' ', MAX_SIGNATURES);
    const signatures = value.flatMap((text) => SIGNATURE.exec(text)?.slice(1) ?? []).map((text) => Buffer.from(text, 'base64'));
    return signatures.length > 0 ? { id, time, signatures } : null;
  };
  return {
    idOf: (headers) => signedBy(headers)?.id ?? null,
    verify(body, headers) {
      const signed = signedBy(headers);
      if (!signed) return null;
      const { id, time, signatures } = signed;
      const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest());
      const fits = expected.flatMap((one) => signatures.map((given) => timingSafeEqual(given, one)));
      return fits.includes(true) ? id : null;
    },
  };
}

function keyOf(secret: string): Buffer {
  const [, text = ''] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (text === '' || text.length % 4 !== 0) throw new Error('the secret of callbacks is not whsec_ and base64');
  return Buffer.from(text, 'base64');
}
const one = (headers: SignedHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};
