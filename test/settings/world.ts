/** What the rows of the settings look at: real services and ports, opened with some settings, and servers that keep what they are sent. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { type App, startApp } from '../../app/app.ts';
import { type Config, readConfig } from '../../app/config.ts';
import { type OpenedPorts, openPorts } from '../../app/open-ports.ts';
import { Resource, type Upload } from '../../contract/resource.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { until } from '../worlds/wait.ts';

/** Each setting that it has, with what shows that it is read. */
export type Rows = Partial<Record<keyof Config, () => Promise<void>>>;
export type Env = Record<string, string>;

const closers: (() => unknown)[] = [];
/** Ends it after the last test. */
export const closeLater = (close: () => unknown): void => void closers.push(close);
export async function closeAll(): Promise<void> {
  for (const close of closers.reverse()) await close();
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-settings-'));
  closeLater(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
/** In a data folder of its own, with TUODI_ before each name. */
export async function configWith(env: Env): Promise<Config> {
  const given = { listen: '127.0.0.1:0', log_level: 'silent', data_dir: env.data_dir ?? (await tempFolder()), ...env };
  return readConfig(Object.fromEntries(Object.entries(given).map(([name, value]) => [`TUODI_${name.toUpperCase()}`, value])))
    .config;
}

/** The ports that these settings open, and what they log. */
export async function portsWith(env: Env): Promise<OpenedPorts & { log: string[] }> {
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const ports = await openPorts(await configWith(env), () => 'http://tuodi.test', { clock: systemClock(), log: logger });
  closeLater(ports.close);
  return { ...ports, log };
}

export type Answer = { status: number; headers: Headers; json: unknown };
export type Serving = Awaited<ReturnType<typeof serviceWith>>;
/** Made at the first call. */
export function once<Made>(make: () => Promise<Made>): () => Promise<Made> {
  let made: Promise<Made> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

export async function serviceWith(env: Env) {
  const app: App = await startApp(await configWith(env), 'test');
  closeLater(app.stop);
  const call = async (
    method: string,
    route: string,
    { headers = {}, body, key = app.local_key }: Sending = {},
  ): Promise<Answer> => {
    const json = body !== undefined && !(body instanceof FormData) && !(body instanceof Uint8Array);
    const answer = await fetch(app.url + route, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text.startsWith('{') ? JSON.parse(text) : null };
  };
  const create = (more: object = {}) =>
    call('POST', '/v1/resources', {
      body: { filename: 'a.png', content_type: 'image/png', byte_size: 5, metadata: { title: 'a title' }, ...more },
    });
  const get = async (resource_id: string) => Resource.parse((await call('GET', `/v1/resources/${resource_id}`)).json);
  return {
    ...{ url: app.url, call, create, get },
    created: async (more: object = {}) => (await create(more)).json as { resource: Resource; upload: Upload }, // our own answer
    /** The whole file in one call; its id. */
    async takeIn(bytes: Uint8Array<ArrayBuffer>, metadata: object = { title: 'a title' }): Promise<string> {
      const body = new FormData();
      body.append('metadata', JSON.stringify(metadata));
      body.append('file', new Blob([bytes]), 'a.png');
      const { json } = await call('POST', '/v1/resources', { body });
      return (json as { resource: Resource }).resource.resource_id; // our own answer
    },
    /** As soon as it is in one of these statuses. */
    reached: (resource_id: string, ...statuses: string[]): Promise<Resource> =>
      until(`${resource_id} is ${statuses}`, async () => {
        const now = await get(resource_id);
        return statuses.includes(now.status) && now;
      }),
  };
}
type Sending = { headers?: Env; body?: object; key?: string | null };

export type Kept = { method: string; url: string; headers: IncomingHttpHeaders; body: string };
/** An HTTP server that keeps what it is sent. */
export async function recorder(answer: (kept: Kept) => { status?: number; headers?: Env; body?: object } = () => ({})) {
  const kept: Kept[] = [];
  const server = createServer(async (req: IncomingMessage, res: ServerResponse) => {
    const one = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body: (await buffer(req)).toString() };
    kept.push(one);
    const { status = 200, headers = {}, body } = answer(one);
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body ? JSON.stringify(body) : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens
  return { url: `http://127.0.0.1:${port}`, port, kept };
}
