/** JSON over HTTP with a provider: bounded answers, and for each status the failure that it stands for. */
import { failureOf } from '../contract/failures.ts';
import { isTooDeep } from '../contract/json-shape.ts';
import { type Credentials, CredentialsRefused, toldOf, UNWATCHED } from '../runtime/health/credentials.ts';
import { StepError } from '../runtime/tasks/step-handler.ts';
import { type Policy, type PolicyOptions, ProviderUnavailable, providerPolicy } from './policy.ts';

/** Maximum characters of a provider's response in an error: enough for a reason, not for a page of HTML. */
const MAX_DETAIL_CHARS = 200;
/** When a provider limits us and does not say for how long. */
const UNNAMED_PAUSE_MS = 5_000;
/** Statuses that say of the provider, and not of what was sent, that it can't answer now. */
const isUnavailable = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500;

export type Sent = {
  method: 'GET' | 'POST';
  /** Below the provider's address, with its query. */
  path: string;
  body?: FormData | string;
  time_limit_ms: number;
  max_bytes: number;
  /** Statuses that are an answer, beside 2xx. */
  also?: readonly number[];
};
/** `text`: null where it is longer than `max_bytes`, or no UTF-8. `json`: parsed when it is read; undefined where it is none. */
export type Answered = { status: number; text: string | null; readonly json: unknown };
export type ProviderHttp = Pick<Policy, 'reachable'> & { send(sent: Sent, signal: AbortSignal): Promise<Answered> };

/** `check`: what every key that is taken may ask; it distinguishes a refused key from a refused request. */
export type KeyOptions = {
  url: string;
  api_key: string | null;
  /** That the key is set by. */
  variable: string;
  credentials?: Credentials;
  check?: Pick<Sent, 'method' | 'path' | 'body'>;
};

/** The key is shown to the provider and to nobody else: it is in no error, even if the provider repeats it. */
export function providerHttp(options: PolicyOptions & KeyOptions): ProviderHttp {
  const { name, url, api_key, clock, variable, check, credentials = UNWATCHED } = options;
  const policy = providerPolicy(options);
  const headers = headersOf(name, api_key);
  if (/^https?:\/\/[^/]*@/.test(url)) throw new Error(`the address of ${name} holds a password; give it as the API key`);
  const discreet = (text: string) => (api_key === null ? text : text.replaceAll(api_key, '…'));

  function fetched({ method, path, body }: Pick<Sent, 'method' | 'path' | 'body'>, signal: AbortSignal): Promise<Response> {
    const type: Record<string, string> = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    return fetch(url + path, {
      method,
      headers: { ...headers, ...type },
      redirect: 'manual', // a key is not sent wherever an answer points
      signal,
      ...(body === undefined ? {} : { body }),
    });
  }
  /** 403 is said of what was sent too. */
  async function isOfKey(status: number, signal: AbortSignal): Promise<boolean> {
    if (status !== 403 || !check) return status === 401 || status === 403;
    const answer = await fetched(check, signal);
    await textOf(answer, 0); // it is not read; the connection ends
    return answer.status === 401 || answer.status === 403;
  }
  async function ask(sent: Sent, signal: AbortSignal): Promise<Answered> {
    const { max_bytes, also = [] } = sent;
    const answer = await fetched(sent, signal);
    const { status } = answer;
    const text = await textOf(answer, max_bytes);
    if (answer.ok || also.includes(status)) return answered(status, text);
    const detail = `${name} answered ${status}: ${discreet(text ?? '')
      .replace(/\s+/g, ' ')
      .slice(0, MAX_DETAIL_CHARS)}`;
    if (await isOfKey(status, signal))
      throw new CredentialsRefused(
        `${name} refuses our key (${status}): correct ${variable}, or call whoever runs it. ${detail}`.slice(
          0,
          2 * MAX_DETAIL_CHARS,
        ),
      );
    if (!isUnavailable(status)) throw new StepError(failureOf('PROVIDER_REFUSED', detail));
    const pause_ms = retryAfter(answer.headers.get('retry-after'), clock.now()) ?? (status === 429 ? UNNAMED_PAUSE_MS : null);
    throw new ProviderUnavailable(detail, { pause_ms });
  }
  return {
    reachable: policy.reachable,
    send: (sent, signal) => toldOf(credentials, () => policy.call((limited) => ask(sent, limited), sent.time_limit_ms, signal)),
  };
}

export const badResult = (detail: string): StepError => new StepError(failureOf('PROVIDER_BAD_RESULT', detail));

/** Checked now and not at the first call, whose error would quote it. */
function headersOf(name: string, api_key: string | null): Record<string, string> {
  if (api_key === null) return {};
  if (!/^[\x21-\x7e]+$/.test(api_key)) throw new Error(`the API key of ${name} holds what can't be in a header`);
  return { authorization: `Bearer ${api_key}` };
}

/** null: more than `max_bytes`, or no UTF-8. Nothing beyond the limit is read. */
async function textOf(answer: Response, max_bytes: number): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.byteLength;
    if (length > max_bytes) return null; // leaving the loop ends the connection
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    return null; // bytes that are no text are no answer, which the caller says
  }
}

const answered = (status: number, text: string | null): Answered => ({
  ...{ status, text },
  get json() {
    return text === null ? undefined : jsonOf(text);
  },
});

/** undefined is no JSON, or nested too deep: whoever wanted some finds that it does not fit. */
function jsonOf(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const at = /^\d{1,9}$/.test(header.trim()) ? now + Number(header) * 1_000 : Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
