/**
 * What a command speaks to: a running service, or else the data folder itself, opened in this process and spoken to in the same way.
 * So there is one path from the command line to the engine, and it is the API.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../app/config.ts';
import { type ApiClient, ApiError, createClient } from '../contract/client.ts';
import { ProblemResponse } from '../contract/problems.ts';
import { readPrivate, UnsafeFile } from '../persistence/folder/private-file.ts';
import { SERVICE_FILE, type Service, serviceIn } from '../persistence/folder/service-file.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { bounded } from '../runtime/async/timeout.ts';
import { answered } from './answered.ts';
import { NoLibrary } from './errors.ts';
import type { Language } from './language.ts';
import type { Output } from './output.ts';
import { responseText } from './response-text.ts';

export type Client = {
  url: string;
  api_key: string;
  /** Each call of the API by its name; retried as `request` is. */
  api: ApiClient;
  /** For an address that was given out, and for what is no call: `body` is JSON, or text. Throws ApiError on a problem. */
  request(method: string, route: string, options?: RequestOptions): Promise<{ status: number; body: unknown }>;
  /** Gives `take` the bytes of an answer, as they come, and ends with it. Throws ApiError on a problem. */
  download(route: string, signal: AbortSignal, take: (body: ReadableStream<Uint8Array>) => Promise<void>): Promise<void>;
  /** Aborted when another process has taken over what was opened for this command. */
  taken: AbortSignal | null;
  /** Ends what was opened for this command. */
  close(): Promise<void>;
};
type RequestOptions = {
  body?: FormData | object;
  headers?: Record<string, string>;
  timeout_ms?: number;
  signal?: AbortSignal | undefined;
};

/** Opens the data folder in this process; returns where it listens and a key. */
export type OpenFolder = (config: Config) => Promise<{ url: string; api_key: string } & Opened>;
/** login: a login token for the first administrator. */
type Opened = { stop(): Promise<void>; taken?: AbortSignal; login?(): Promise<string | null> };

/** `makes`: a folder without a library gets one; else throws NoLibrary there. TUODI_API_KEY goes to TUODI_URL and nowhere else: a service that is found by its folder has the key beside its address. */
export async function connect(
  config: Config,
  openFolder: OpenFolder,
  out: Speaking,
  { makes = true }: { makes?: boolean } = {},
): Promise<Client> {
  const { language } = out;
  if (config.url) return clientOf(config.url, config.api_key ?? '', { language });
  if (config.api_key)
    out.warn(
      out.words({
        en: 'TUODI_API_KEY is not used: it goes to the service at TUODI_URL alone, which is not set',
        zh: 'TUODI_API_KEY 未使用：它只发送给 TUODI_URL 所指的服务，而该变量未设置',
      }),
    );
  const running = await runningService(config, out.warn);
  if (running) return clientOf(running.url, running.api_key, { language });
  if (!makes && !hasLibrary(config)) throw new NoLibrary(path.resolve(config.data_dir));
  const opened = await openFolder(config);
  return clientOf(opened.url, opened.api_key, { language, opened });
}
/** A library that was there before: facts in the data folder, or on a server. */
export const hasLibrary = ({ database_url, data_dir }: Config): boolean =>
  database_url !== undefined || existsSync(path.join(data_dir, 'facts.sqlite'));
type Speaking = Pick<Output, 'warn' | 'words' | 'language'>;

/** Believed only if this user wrote it: whoever else puts an address there wants our pictures. */
export async function runningService(
  { data_dir }: Pick<Config, 'data_dir'>,
  warn: (text: string) => void,
): Promise<Service | null> {
  const written = await readPrivate(path.join(data_dir, SERVICE_FILE)).catch((error: unknown) => {
    if (!(error instanceof UnsafeFile)) throw error;
    warn(`${error.message}: for a service of another user set TUODI_URL and TUODI_API_KEY`);
    return null;
  });
  if (written === null) return null;
  const service = serviceIn(written);
  if (service === null) return null;
  const looked = withRetryLimit(HEALTH_TIMEOUT_MS, undefined, (signal) => fetch(`${service.url}/healthz`, { signal }));
  const answer = await looked.catch(() => null); // left by a crash
  return answer?.ok ? service : null;
}
const HEALTH_TIMEOUT_MS = 3_000;
/** Longer than the longest wait that is asked for. */
const REQUEST_TIMEOUT_MS = 120_000;

type ClientOf = { language?: Language; opened?: Opened | null };
export function clientOf(url: string, api_key: string, { language, opened = null }: ClientOf = {}): Client {
  const authorization = `Bearer ${api_key}`;
  const spoken: Record<string, string> = language === undefined ? {} : { 'accept-language': language };
  return {
    url,
    api_key,
    api: createClient({
      ...{ url, api_key, ...(language ? { language } : {}), read: responseText },
      send: (address, { signal, ...init }) => sendWithRetries(address, init, { signal: signal ?? undefined }),
    }),
    async request(method, route, { body, headers = {}, ...limits } = {}) {
      const form = body instanceof FormData;
      const init = {
        method,
        headers: { authorization, ...spoken, ...(body && !form ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(body ? { body: form ? body : JSON.stringify(body) } : {}),
      };
      return readResponse(await sendWithRetries(`${url}${route}`, init, limits), `${method} ${route}`);
    },
    download: (route, signal, take) =>
      withRetryLimit(DOWNLOAD_TIMEOUT_MS, signal, async (limit) => {
        const send = () => fetch(`${url}${route}`, { headers: { authorization, ...spoken }, signal: limit });
        const answer = await answered(new URL(url).origin, send);
        if (!answer.ok || !answer.body) await readResponse(answer, `GET ${route}`);
        if (!answer.body) throw new ApiError(answer.status, 'UNKNOWN', `GET ${route} answered nothing`);
        await take(answer.body);
      }),
    taken: opened?.taken ?? null,
    async close() {
      await opened?.stop();
    },
  };
}
type Limits = { timeout_ms?: number; signal?: AbortSignal | undefined };
/** The whole response, read within its time. */
async function sendWithRetries(
  url: string,
  init: RequestInit,
  { timeout_ms = REQUEST_TIMEOUT_MS, signal }: Limits,
): Promise<Response> {
  const send = (limit: AbortSignal) =>
    answered(new URL(url).origin, () => fetch(url, { ...init, signal: limit }).then(readWhole));
  for (let times = 1; ; times++) {
    const answer = await withRetryLimit(timeout_ms, signal, send);
    if (answer.status !== 429 || times === MAX_SENDS) return answer;
    const pause_s = Number(answer.headers.get('retry-after') ?? 1);
    if (!(pause_s <= MAX_PAUSE_S)) return answer;
    await systemClock().sleep(pause_s * 1_000, signal);
  }
}

/** With its text in memory, of a bounded length. */
async function readWhole(answer: Response): Promise<Response> {
  const { status, statusText, headers } = answer;
  const text = await responseText(answer);
  return new Response(text === '' ? null : text, { status, statusText, headers });
}

/** A service that has had enough for a moment (429) is sent the same again so often, each time after the pause that it asks for. */
const MAX_SENDS = 10;
const MAX_PAUSE_S = 60;
/** The largest picture over a slow line. */
const DOWNLOAD_TIMEOUT_MS = 10 * 60_000;

/** For what ends by its signal; `stop` may be that of a command that runs for ever. */
export async function withRetryLimit<Value>(
  limit_ms: number,
  stop: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const limit = bounded({ clock: systemClock(), limit_ms, signals: stop ? [stop] : [] });
  try {
    return await work(limit.signal);
  } finally {
    limit.release();
  }
}

async function readResponse(answer: Response, what: string): Promise<{ status: number; body: unknown }> {
  const text = await responseText(answer);
  const is_json = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
  const parsed: unknown = is_json ? JSON.parse(text) : text;
  if (answer.ok) return { status: answer.status, body: parsed };
  const problem = ProblemAnswer.safeParse(parsed);
  if (problem.success) {
    const { code, detail, errors = [] } = problem.data;
    throw new ApiError(answer.status, code, detail, { errors });
  }
  throw new ApiError(answer.status, 'UNKNOWN', `${what} answered ${answer.status}`);
}
const ProblemAnswer = ProblemResponse.pick({ code: true, detail: true, errors: true });
