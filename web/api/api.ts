/** The API, by the names of its routes: `api.search({ query: { q } })`. Types are the contract's; the cookie of the session goes with each call. */
import { CALLS } from 'virtual:calls';
import { addressOf } from '../../contract/address.ts';
import type { ApiClient, CallOptions } from '../../contract/client.ts';
import { connection } from '../stores/connection.ts';
import { prefs } from '../stores/prefs.ts';
import { BASE } from '../world.ts';
import { isAborted, Refused, Unreachable } from './refused.ts';

type AnyInput = CallOptions & {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  form?: FormData;
};

/** Each call throws Refused, Unreachable, or an AbortError of its own signal. Answers are of the same version as the page, which the same server sent. */
export const api = new Proxy({} as ApiClient, {
  get:
    (_, name) =>
    (input: AnyInput = {}) =>
      call(String(name), input),
});

/** The address of a GET, for an `<img>` or a link. */
export const addressOfCall = (name: keyof ApiClient, values: Pick<AnyInput, 'params' | 'query'>): string =>
  BASE + addressOf(CALLS[name]?.[1] ?? '', values);

async function call(name: string, input: AnyInput) {
  const [method, path] = CALLS[name] ?? [];
  if (!method || !path) throw new TypeError(`no call is named ${name}`);
  const { body, form, signal } = input;
  const sent = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const init = {
    method,
    headers: headersOf(input),
    ...(sent === undefined ? {} : { body: sent }),
    ...(signal ? { signal } : {}),
  };
  const response = await fetch(BASE + addressOf(path, input), init).catch((error: unknown) => {
    if (isAborted(error)) throw error;
    connection.trigger.lost();
    throw new Unreachable(String(error));
  });
  if (!response.ok) throw await refusal(response);
  connection.trigger.back();
  const is_json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: is_json ? await response.json() : response };
}

function headersOf({ wait_s, idempotency_key, body, headers }: AnyInput): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-language': prefs.getSnapshot().context.language,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(wait_s === undefined ? {} : { prefer: `wait=${wait_s}` }),
    ...(idempotency_key === undefined ? {} : { 'idempotency-key': idempotency_key }),
    ...headers,
  };
}

async function refusal(response: Response): Promise<Refused> {
  const body: unknown = await response.json().catch(() => null); // of a proxy
  const { code = 'UNKNOWN', detail = '' } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, string>;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const refused = new Refused(response.status, code, detail, { retry_after_s: Number.isFinite(seconds) ? seconds : null, body });
  if ([502, 503, 504].includes(refused.status)) connection.trigger.lost();
  else connection.trigger.back();
  if (refused.status === 401) connection.trigger.signed_out();
  return refused;
}
