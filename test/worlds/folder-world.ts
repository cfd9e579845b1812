/** The whole service on a data folder, in this process, with a recogniser that takes no time; and commands that speak to it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type App, type AppOptions, startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import { type Client, clientOf } from '../../cli/client.ts';
import { type Output, output } from '../../cli/output.ts';
import { search } from '../../cli/search.ts';
import type { Resource } from '../../contract/resource.ts';
import type { Recogniser } from '../../runtime/ports/providers.ts';
import { numberReader, pictureOf } from './numbered.ts';
import { until } from './wait.ts';

export type Service = App & { client: Client };

/** Its steps are those of a real one; `recogniser` reads; `changed`: what is made of its ports. `TUODI_TEST_LOG`: a level, to see its log. */
export async function serviceOn(
  folder: string,
  recogniser: Recogniser = numberReader(),
  options: AppOptions = {},
  changed: NonNullable<AppOptions['ports']> = (same) => same,
): Promise<Service> {
  const { config } = readConfig({
    TUODI_DATA_DIR: folder,
    TUODI_LISTEN: '127.0.0.1:0',
    TUODI_LOG_LEVEL: process.env.TUODI_TEST_LOG ?? 'silent',
    TUODI_OCR_WORKERS: '1',
  });
  const app = await startApp(config, '0.0.0', { ...options, ports: (opened) => changed({ ...opened, recogniser }) });
  return { ...app, client: clientOf(app.url, app.local_key) };
}

/** Sent as a form, and waited for until it rests. `title`: as `more` says, or of the number. */
export async function sent(client: Client, number: number, metadata: object = {}): Promise<Resource> {
  const form = new FormData();
  form.append('metadata', JSON.stringify({ title: `picture ${number}`, ...metadata }));
  form.append('file', new Blob([new Uint8Array(await pictureOf(number))]), `${number}.png`);
  const { body } = await client.request('POST', '/v1/resources', { body: form, headers: { prefer: 'wait=20' } });
  return (body as { resource: Resource }).resource; // our own answer
}

/** The ids that a search in text mode finds, sorted. */
export async function found(client: Client, query: string): Promise<string[]> {
  const { items } = await search(client, query, { mode: 'text', limit: 200 });
  return items.map(({ resource }) => resource.resource_id).sort();
}

export async function allRest(client: Client): Promise<void> {
  await until('nothing is being worked on', async () => {
    const { body } = await client.request('GET', '/v1/resources/counts?phase=working');
    return (body as { total: number }).total === 0; // our own answer
  });
}

/** An Output that keeps what was said, as with --json. */
export function keptOutput(): Output & { lines: Record<string, unknown>[]; warnings: string[] } {
  const [lines, warnings]: [Record<string, unknown>[], string[]] = [[], []];
  return {
    ...output(true),
    lines,
    warnings,
    result: (object) => void lines.push(JSON.parse(JSON.stringify(object))),
    warn: (text) => void warnings.push(text),
  };
}

export type Serve = typeof serviceOn;
/** A folder for a test, with the services that it starts there: whatever becomes of it, they end and the folder goes. */
export async function inFolder(work: (folder: string, serve: Serve) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-folder-'));
  const running = new Set<Service>();
  try {
    await work(folder, async (...where) => {
      const service = await serviceOn(...where);
      const listed: Service = {
        ...service,
        stop: async () => {
          if (running.delete(listed)) await service.stop();
        },
      };
      running.add(listed);
      return listed;
    });
  } finally {
    for (const service of running) await service.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
