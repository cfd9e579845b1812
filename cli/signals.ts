/** Waiting to be told to stop. */
import { once } from 'node:events';

/** Resolves at the first SIGINT or SIGTERM. */
export async function toldToStop(): Promise<void> {
  const asked = new AbortController();
  await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: asked.signal }).catch(() => undefined)));
  asked.abort();
}
