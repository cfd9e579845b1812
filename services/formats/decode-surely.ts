/**
 * libvips keeps the messages of its errors in one buffer for the whole process: where several pictures fail at a time, an error may have
 * the messages of others, or none. So what has failed is run again until two runs in a row say the same.
 */

import { systemClock } from '../../runtime/async/clock.ts';
import { createKeyQueue, KeyQueueFull } from '../../runtime/async/key-queue.ts';
import { RejectedFile } from './rejected-file.ts';

/** Runs after the first, as long as all together have not taken `MAX_MS`: then the last message is taken as it is. */
const MAX_RUNS = 6;
const MAX_MS = 2_000;
/** Pictures that wait to be run again; of others the first message is taken as it is. */
const MAX_WAITING = 8;
/** A limit of decoding is a second or more: a run that was shorter has the timeout of another. */
const LEAST_TIMEOUT_MS = 900;
/** The words of sharp for an error whose messages were cleared by another picture. */
const CLEARED = 'Unknown error';

const inOrder = createKeyQueue(MAX_WAITING);
const clock = systemClock();

type Run<Value> = { value: Value } | { error: unknown; ms: number };

/**
 * The result of `decode`, or its error. `decode` may be run several times, and one picture after the other is: a value it gives then is the
 * result. Time that ran out is not spent again.
 */
export async function decodeSurely<Value>(decode: () => Promise<Value>): Promise<Value> {
  const first = await run(decode);
  if ('value' in first) return first.value;
  if (isSure(first) || first.ms > MAX_MS) throw first.error;
  try {
    return await inOrder('libvips', () => decodeAgain(decode, first.ms));
  } catch (error) {
    throw error instanceof KeyQueueFull ? first.error : error;
  }
}

async function decodeAgain<Value>(decode: () => Promise<Value>, first_ms: number): Promise<Value> {
  let spent = first_ms;
  let last: string | null = null;
  for (let n = 1; ; n++) {
    const again = await run(decode);
    if ('value' in again) return again.value;
    const said = messagesOf(again.error);
    spent += again.ms;
    if (isSure(again) || (said !== null && said === last) || n === MAX_RUNS || spent > MAX_MS) throw again.error;
    last = said;
  }
}

async function run<Value>(decode: () => Promise<Value>): Promise<Run<Value>> {
  const began = clock.elapsed();
  try {
    return { value: await decode() };
  } catch (error) {
    return { error, ms: clock.elapsed() - began };
  }
}

/** null: its messages were cleared. */
const messagesOf = (error: unknown): string | null => {
  const said = error instanceof Error ? error.message : String(error);
  return said === '' || said === CLEARED ? null : said;
};
/** It is ours, or time that this run has taken. */
const isSure = ({ error, ms }: { error: unknown; ms: number }): boolean =>
  !(error instanceof Error) || error instanceof RejectedFile || (/timeout:/i.test(error.message) && ms >= LEAST_TIMEOUT_MS);
