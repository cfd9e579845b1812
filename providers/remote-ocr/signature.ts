/** The signature of a callback, by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id, time and body. */
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { type Secrets, secretsOf } from '../../runtime/signer.ts';

/** Ids are stored: a longer one is none of ours to keep. */
const MOST_ID_CHARS = 200;

/** The lower-case headers of a request. */
export type SignedHeaders = Readonly<Record<string, string | string[] | undefined>>;
/** The id of the message if `body` is signed with our secret and its time is within 5 minutes of ours, else null. */
export type VerifyCallback = (body: Uint8Array, headers: SignedHeaders) => string | null;

/** `secrets`: whsec_ and base64. Throws when one is none. The comparison takes the same time whatever differs. */
export function callbackVerifier(secrets: Secrets): VerifyCallback {
  const webhooks = secretsOf(secrets).map(webhookOf);
  return (body, headers) => {
    const id = one(headers, 'webhook-id');
    if (!/^[\x21-\x7e]+$/.test(id) || id.length > MOST_ID_CHARS) return null;
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': one(headers, 'webhook-timestamp'),
      'webhook-signature': one(headers, 'webhook-signature'),
    };
    const text = Buffer.from(body).toString('utf8');
    return webhooks.map((webhook) => isSigned(webhook, text, signed)).includes(true) ? id : null;
  };
}

function isSigned(webhook: Webhook, text: string, headers: Record<string, string>): boolean {
  try {
    webhook.verify(text, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    if (error instanceof SyntaxError) return true; // signed, though no JSON: that is said by whoever parses it
    throw error;
  }
}

function webhookOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch (cause) {
    throw new Error('the secret of callbacks is not whsec_ and base64', { cause });
  }
}
const one = (headers: SignedHeaders, name: string): string => {
  const said = headers[name];
  return typeof said === 'string' ? said : '';
};
