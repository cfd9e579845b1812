/** One reading process, seen from outside. */
import { type ComputingProcess, startComputing } from '../local/process.ts';
import type { ModelFiles } from './model-files.ts';
import type { ReadPage } from './page.ts';

export type Request = { png: Uint8Array };
/** rss: bytes of the process. */
export type Read = { page: ReadPage; rss: number };
/** refused: what was wrong with the picture. */
type Reply = Read | { refused: string };

/** `priority`: a nice value, on Linux. */
export type ProcessOptions = { files: ModelFiles; priority: number };
export type ReadingProcess = Pick<ComputingProcess<Request, Reply>, 'pid' | 'ended' | 'end'> & {
  /** Rejects with ProcessEnded when the process dies, with PictureRefused when it cannot decode the picture. */
  read(png: Uint8Array): Promise<Read>;
};
export type StartProcess = (options: ProcessOptions, signal: AbortSignal) => Promise<ReadingProcess>;

/** The process is there, and says no. */
export class PictureRefused extends Error {}

/** Resolves when it can read. Rejects when it can't start or `signal` is aborted first, and leaves no process behind. */
export const startProcess: StartProcess = async ({ files, priority }, signal) => {
  const script = new URL('./process-main.ts', import.meta.url);
  const program = { script, args: [JSON.stringify(files), String(priority)], name: 'the reading process' };
  const { pid, ask, ended, end } = await startComputing<Request, Reply>(program, signal);
  const read = async (png: Uint8Array) => {
    const got = await ask({ png });
    if ('page' in got) return got;
    throw new PictureRefused('refused' in got ? got.refused : 'the reading process said something else');
  };
  return { pid, read, ended, end };
};
