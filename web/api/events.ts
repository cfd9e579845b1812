/**
 * What happens to pictures, as it happens: one stream a browser tab that is seen. A hidden tab closes its own and goes on after the last event
 * it had when it is seen again. Where no stream comes through (some proxies hold it back), lists are read anew at a slow pace.
 *
 * Not EventSource: that forgets `Last-Event-ID` when it is closed, and cannot say why it failed.
 */
import { connection } from '../stores/connection.ts';
import { after, BASE, every, now } from '../world.ts';

/** The data of an event, as contract.md has it. */
export type PictureEvent = {
  type: string;
  data: {
    resource_id: string;
    seq: number;
    from: string | null;
    to: string;
    phase: string;
    viewable: boolean;
    searchable: boolean;
  };
};
/** reset: what lies between is not known; read anew. */
export type EventReader = { event(event: PictureEvent): void; reset(): void };

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const POLL_MS = 20_000;
/** The service says something at least this often. */
const SILENCE_MS = 45_000;

const isHidden = (): boolean => document.visibilityState === 'hidden';

/** The answer ends it. */
export function followEvents(reader: EventReader): () => void {
  let last_id: string | null = null;
  let failures = 0;
  let ended = false;
  let stream: AbortController | null = null;
  let cancel = () => {};

  const open = async () => {
    if (ended || stream || isHidden()) return;
    stream = new AbortController();
    const { signal } = stream;
    try {
      await read(signal, last_id, {
        began: () => {
          if (failures > 0 && last_id === null) reader.reset(); // what was missed has no number
          failures = 0;
          connection.trigger.back();
        },
        line: (id, type, data) => {
          if (id !== '') last_id = id;
          if (type === 'reset') reader.reset();
          else if (data !== '') reader.event({ type, data: JSON.parse(data).data });
        },
      });
    } catch {
      if (!signal.aborted) failures += 1; // tried again below
    }
    stream = null;
    if (!ended && !isHidden()) again();
  };
  const again = () => {
    const ms = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? POLL_MS;
    if (failures > 1) connection.trigger.lost({ next_try_at: now() + ms });
    cancel = after(ms, () => void open());
  };
  const seen = () => {
    cancel();
    if (isHidden()) stream?.abort();
    else void open();
  };
  const poll = every(POLL_MS, () => {
    if (failures > 2 && !isHidden()) reader.reset();
  });
  document.addEventListener('visibilitychange', seen);
  addEventListener('online', seen);
  addEventListener('tuodi:again', seen);
  void open();
  return () => {
    ended = true;
    cancel();
    poll();
    stream?.abort();
    document.removeEventListener('visibilitychange', seen);
    removeEventListener('online', seen);
    removeEventListener('tuodi:again', seen);
  };
}

/** Tries again at once, as a person asks. */
export const tryNow = (): boolean => dispatchEvent(new Event('tuodi:again'));

type Taken = { began(): void; line(id: string, type: string, data: string): void };
/** Resolves when the stream ends, rejects when it breaks or falls silent. */
async function read(signal: AbortSignal, last_id: string | null, { began, line }: Taken): Promise<void> {
  const silence = new AbortController();
  const stop = () => silence.abort();
  signal.addEventListener('abort', stop);
  let timer = after(SILENCE_MS, stop);
  try {
    const headers = { accept: 'text/event-stream', ...(last_id === null ? {} : { 'last-event-id': last_id }) };
    const response = await fetch(`${BASE}/v1/events`, { headers, signal: silence.signal });
    if (response.status === 401) connection.trigger.signed_out();
    if (!response.ok || !response.body) throw new Error(`the stream was refused: ${response.status}`);
    began();
    const chunks = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await chunks.read();
      if (done) return;
      timer();
      timer = after(SILENCE_MS, stop);
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) line(fieldOf(block, 'id'), fieldOf(block, 'event'), fieldOf(block, 'data'));
    }
  } finally {
    timer();
    signal.removeEventListener('abort', stop);
  }
}
const fieldOf = (block: string, name: string): string =>
  block
    .split('\n')
    .find((row) => row.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim() ?? '';
