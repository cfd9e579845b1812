/** Commands that speak to the service, running or opened for them. */
import type { ExitCode } from '../contract/exit-codes.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import { type Client, connect, type OpenFolder } from './client.ts';
import type { Run } from './command.ts';
import { TakenOver } from './errors.ts';
import { explain } from './explain.ts';
import { type IngestOptions, ingest, isWell } from './ingest/ingest.ts';
import { ingestText, leftOutLines } from './ingest/ingest-text.ts';
import { typedPaths } from './ingest/named-paths.ts';
import type { Output } from './output.ts';
import { type ReprocessOptions, reprocess } from './reprocess.ts';
import { printHits, type SearchOptions, search, text } from './search.ts';
import { stopSignal } from './signals.ts';
import { status } from './status.ts';

/** Loaded when it is needed: beside a running service a command does without the whole of it. */
export const openFolder: OpenFolder = async (config) => (await import('./open-folder.ts')).openFolder(config);

type Work = (client: Client, out: Output) => Promise<ExitCode>;
/** Runs with a client, and closes what was opened for it. `makes`: in a folder without a library it makes one. */
export const withClient =
  (work: Work, { makes = false }: { makes?: boolean } = {}): Run =>
  async (config, out) => {
    const client = await connect(config, openFolder, out, { makes });
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
    const { signal, release } = stopSignal();
    const given = { client, options, out, now: () => performance.now(), signal };
    const done = await ingest(await typedPaths(paths), given).finally(release);
    if (done.results.length === 0) out.warn(out.words(NO_PICTURE));
    if (!out.json) out.print(ingestText(done, out.language));
    else for (const line of leftOutLines(done.left_out, out.language)) out.warn(line);
    return done.results.every(isWell) ? 0 : 3;
  }, MAKES);
/** What takes pictures in makes a library where there is none. */
export const MAKES = { makes: true };
const NO_PICTURE = { en: 'There is no picture in what was named.', zh: '所指定的内容中没有图片。' };

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

/** 3 when it ends in a failure. */
export const reprocessCommand = (resource_id: string, options: ReprocessOptions): Run =>
  withClient(async (client, out) => ((await reprocess(client, resource_id, options, out)).failure ? 3 : 0));

/** 3 while the database is away. */
export const statusCommand: Run = withClient((client, out) => status(client, out));
