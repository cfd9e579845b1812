/** Sends the worst requests of a route one at a time, and measures what each takes of the main thread. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Serving } from './serving.ts';

export const RUNS = 8;
/** What is taken goes through steps of its own: they are not the request's. */
const REST_MS = 150;

/** `headers`: may be made anew for each send. `key`: false where the caller shows no key of ours. */
export type Worst = {
  name: string;
  method: string;
  route: string;
  body?: string;
  headers?: Record<string, string> | (() => Record<string, string>);
  type?: string;
  key?: boolean;
  runs?: number;
};
/** Times in ms of processor time. */
export type Measured = { status: number; median: number; max: number };

export async function measured(
  { url, api_key, mainThreadMs }: Serving,
  { method, route, body, headers = {}, type = 'application/json', key = true, runs = RUNS }: Worst,
): Promise<Measured> {
  const took: number[] = [];
  let status = 0;
  for (let n = 0; n < runs; n++) {
    const request = {
      method,
      headers: {
        ...(key ? { authorization: `Bearer ${api_key}` } : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(typeof headers === 'function' ? headers() : headers),
      },
      ...(body === undefined ? {} : { body }),
    };
    const before = await mainThreadMs();
    const answer = await fetch(url + route, request);
    await answer.arrayBuffer();
    took.push((await mainThreadMs()) - before);
    status = answer.status;
    if (answer.ok && method !== 'GET') await sleep(REST_MS);
  }
  took.sort((a, b) => a - b);
  return { status, median: took[runs >> 1] ?? 0, max: took.at(-1) ?? 0 };
}
