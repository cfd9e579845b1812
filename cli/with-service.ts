/** Commands that speak to the service, running or opened for them. */
import { z } from 'zod';
import { type App, startApp } from '../app/app.ts';
import type { Config } from '../app/config.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import { INDEX_INCOMPLETE } from '../services/index/watch.ts';
import { type Client, clientOf, connect } from './client.ts';
import type { Run } from './command.ts';
import { TakenOver } from './errors.ts';
import { explain } from './explain.ts';
import { type IngestOptions, ingest, ingestTable, isWell } from './ingest/ingest.ts';
import type { Output } from './output.ts';
import { VERSION } from './project.ts';
import { printHits, type SearchOptions, search, status, text } from './search.ts';

/** How long a command waits to hear whether the index is whole; comparing 100,000 entries takes seconds, and one that is empty is told at once. */
const AUDIT_WAIT_MS = 3_000;
/** And for an index that is being filled again (restored, or made by another version). It goes on filling, but only while a service runs. */
const FILL_WAIT_MS = 60_000;
const FILL_LOOK_MS = 100;

/** The service on this process' own port, with warnings only in its log; its index is filled first if it was found empty. */
export const openFolder = async (config: Config) => {
  const app = await startApp({ ...config, listen: { host: '127.0.0.1', port: 0 }, log_level: quieter(config) }, VERSION);
  await filled(app).catch(async (error: unknown) => {
    await app.stop();
    throw error;
  });
  return { url: app.url, api_key: app.local_key, stop: app.stop, taken: app.taken };
};
const quieter = ({ log_level }: Config) => (log_level === 'silent' || log_level === 'error' ? log_level : 'warn');

async function filled(app: App): Promise<void> {
  const clock = systemClock();
  const client = clientOf(app.url, app.local_key);
  const isOver = (limit_ms: number) => withTimeout({ clock, limit_ms }, async () => (await app.audited) >= 0).catch(() => false); // it is still being compared
  if (await isOver(AUDIT_WAIT_MS)) return;
  const over = clock.elapsed() + FILL_WAIT_MS;
  do {
    const { degraded } = Readiness.parse((await client.request('GET', '/readyz')).body);
    if (!degraded.some(({ name }) => name === INDEX_INCOMPLETE)) return; // it is whole as far as it was looked at
  } while (!(await isOver(FILL_LOOK_MS)) && clock.elapsed() < over);
}
const Readiness = z.object({ degraded: z.array(z.object({ name: z.string() })) });

/** Runs with a client, and closes what was opened for it. */
export const withClient =
  (work: (client: Client, out: Output) => Promise<ExitCode>): Run =>
  async (config, out) => {
    const client = await connect(config, openFolder, out.warn);
    try {
      return await untilTakenOver(client.taken, () => work(client, out));
    } finally {
      await client.close();
    }
  };

/** Rejects with TakenOver as soon as another process has taken what was opened for this command. */
export async function untilTakenOver<Value>(taken: AbortSignal | null, work: () => Promise<Value>): Promise<Value> {
  try {
    return await withTimeout({ clock: systemClock(), signals: taken ? [taken] : [] }, work);
  } catch (error) {
    throw taken?.aborted ? new TakenOver(taken.reason) : error;
  }
}

export const ingestCommand = (paths: string[], options: IngestOptions): Run =>
  withClient(async (client, out) => {
    const results = await ingest(client, paths, options, out, () => performance.now());
    if (results.length === 0) out.warn('There is no picture in what was named.');
    else out.say(ingestTable(results));
    return results.every(isWell) ? 0 : 3;
  });

export const searchCommand = (query: string, options: SearchOptions): Run =>
  withClient(async (client, out) => {
    printHits(await search(client, query, options), query, out);
    return 0;
  });

export const textCommand = (resource_id: string): Run =>
  withClient(async (client, out) => {
    await text(client, resource_id, out);
    return 0;
  });

/** 3 when something is not as it should be. */
export const explainCommand = (resource_id: string): Run =>
  withClient(async (client, out) => ((await explain(client, resource_id, out)) ? 0 : 3));

export const statusCommand: Run = withClient(async (client, out) => {
  await status(client, out);
  return 0;
});
