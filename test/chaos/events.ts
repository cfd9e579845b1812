/** A reader of events over the whole run: it comes back after each cut with the last id that it has. */
import { type Reader, readEvents } from '../worlds/sse.ts';

const PAUSE_MS = 200;

export type EventsRead = { ids: () => string[]; resets: () => number; cuts: () => number; stop(): Promise<void> };

export function readAllEvents(url: string, key: string): EventsRead {
  const ids: string[] = [];
  let resets = 0;
  let cuts = 0;
  let stopped = false;
  let reader: Reader | null = null;
  let last: string | undefined;

  function take(from: Reader): void {
    for (const { id, type } of from.events.splice(0)) {
      if (type === 'reset') resets += 1;
      else ids.push(id);
      last = id;
    }
  }
  const reading = (async () => {
    while (!stopped) {
      try {
        reader = await readEvents(`${url}/v1/events`, key, last);
        while (!stopped && !reader.ended()) {
          take(reader);
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
        take(reader);
        await reader.close();
      } catch {
        // the process was killed, or its database is unavailable: the reader comes back
      }
      cuts += 1;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();
  return {
    ids: () => [...ids],
    resets: () => resets,
    cuts: () => cuts,
    async stop() {
      stopped = true;
      await reader?.close().catch(() => undefined); // it may be closed already
      await reading;
    },
  };
}
