/** One process that makes vectors, seen from outside. */
import { type ComputingProcess, startComputing } from '../local/process.ts';
import type { ModelFolder } from './model-folder.ts';

export type Request = { texts: string[] };
export type Embedded = { vectors: Float32Array[] };
/** refused: what was wrong with a text. */
type Reply = Embedded | { refused: string };

export type EmbeddingProcess = Pick<ComputingProcess<Request, Reply>, 'pid' | 'ended' | 'end'> & {
  /** Rejects with ProcessEnded when the process dies, with TextsRefused when it can't make a vector of each. */
  embed(texts: string[]): Promise<Float32Array[]>;
};
/** `priority`: a nice value, on Linux. */
export type StartProcess = (options: { folder: ModelFolder; priority: number }, signal: AbortSignal) => Promise<EmbeddingProcess>;

/** The process is there, and says no: to these texts, not to others. */
export class TextsRefused extends Error {}

/** Resolves when it has made a vector. Rejects when it can't start or `signal` is aborted first, and leaves no process behind. */
export const startProcess: StartProcess = async ({ folder, priority }, signal) => {
  const script = new URL('./process-main.ts', import.meta.url);
  const program = { script, args: [JSON.stringify(folder), String(priority)], name: 'the embedding process' };
  const { pid, ask, ended, end } = await startComputing<Request, Reply>(program, signal);
  const embed = async (texts: string[]) => {
    const got = await ask({ texts });
    if ('vectors' in got) return got.vectors;
    throw new TextsRefused('refused' in got ? got.refused : 'the embedding process said something else');
  };
  return { pid, embed, ended, end };
};
