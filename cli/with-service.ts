/** Commands that speak to the service, running or opened for them. */
import { startApp } from '../app.ts';
import type { Config } from '../config.ts';
import { type Client, connect } from './client.ts';
import { explain } from './explain.ts';
import { type IngestOptions, ingest, ingestTable, isWell } from './ingest.ts';
import type { Output } from './output.ts';
import type { ExitCode, Run } from './program.ts';
import { VERSION } from './project.ts';
import { printHits, type SearchOptions, search, status, text } from './search.ts';

/** The service on this process' own port, with warnings only in its log. */
export const openFolder = async (config: Config) => {
  const app = await startApp({ ...config, listen: { host: '127.0.0.1', port: 0 }, log_level: 'warn' }, VERSION);
  return { url: app.url, api_key: app.local_key, stop: () => app.stop() };
};

/** Runs with a client, and closes what was opened for it. */
export const withClient =
  (work: (client: Client, out: Output) => Promise<ExitCode>): Run =>
  async (config, out) => {
    const client = await connect(config, openFolder);
    try {
      return await work(client, out);
    } finally {
      await client.close();
    }
  };

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
