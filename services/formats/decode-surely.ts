/**
 * What a decoder says of a picture, and of no other. libvips keeps the messages of its errors in one buffer for the whole process: where
 * several pictures fail at a time, one error has the messages of others, or none.
 */
import { createKeyQueue } from '../../runtime/async/key-queue.ts';
import { messageOf, RejectedFile } from './rejected-file.ts';

/** Runs after which the last message is taken as it is. */
const MAX_RUNS = 6;
const inOrder = createKeyQueue(Number.POSITIVE_INFINITY);

/**
 * `decode` is run again until two runs in a row say the same; these runs wait for each other. A value it gives meanwhile is the result:
 * then the first error was not its own. Time that ran out is not spent again.
 */
export async function decodeSurely<Value>(decode: () => Promise<Value>): Promise<Value> {
  try {
    return await decode();
  } catch (error) {
    return isSure(error) ? Promise.reject(error) : inOrder('libvips', () => decodeAgain(decode));
  }
}

async function decodeAgain<Value>(decode: () => Promise<Value>): Promise<Value> {
  let last: string | null = null;
  for (let run = 1; ; run++)
    try {
      return await decode();
    } catch (error) {
      if (isSure(error) || messageOf(error) === last || run === MAX_RUNS) throw error;
      last = messageOf(error);
    }
}

const isSure = (error: unknown): boolean =>
  !(error instanceof Error) || error instanceof RejectedFile || /timeout:/i.test(error.message);
