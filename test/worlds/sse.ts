/** A reader of server-sent events, as a client of ours would be. */
import { request } from 'node:http';

export type Notified = {
  id: string;
  type: string;
  envelope: { id: string; type: string; data?: Record<string, unknown> } | null;
};
/** `events`: in the order in which they came. */
export type Reader = { events: Notified[]; comments: number; ended(): boolean; close(): Promise<void> };

/** Resolves once the answer has begun. Rejects unless it is 200. `by`: a key, or the cookie of a session. */
export function readEvents(url: string, by: string | { cookie: string }, last_id?: string): Promise<Reader> {
  const events: Notified[] = [];
  let buffer = '';
  let ended = false;
  return new Promise((resolve, reject) => {
    const shown = typeof by === 'string' ? { authorization: `Bearer ${by}` } : by;
    const headers = { ...shown, ...(last_id === undefined ? {} : { 'last-event-id': last_id }) };
    const asked = request(url, { headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) {
        reject(new Error(`${answer.statusCode}`));
        answer.resume();
        return;
      }
      const closed = new Promise<void>((done) => {
        const end = () => {
          ended = true;
          done();
        };
        answer.once('close', end);
        answer.once('error', end);
      });
      const reader: Reader = {
        events,
        comments: 0,
        ended: () => ended,
        async close() {
          asked.destroy();
          await closed;
        },
      };
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        buffer += text;
        const blocks = buffer.split('\n\n');
        buffer = blocks.pop() ?? '';
        for (const block of blocks) {
          const event = parsed(block);
          if (event) events.push(event);
          else reader.comments += 1;
        }
      });
      resolve(reader);
    });
    asked.once('error', reject);
    asked.end();
  });
}

function parsed(block: string): Notified | null {
  const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
  const data = fields.get('data');
  if (data === undefined) return null;
  const envelope: Notified['envelope'] = fields.get('event') === 'reset' ? null : JSON.parse(data);
  return { id: fields.get('id') ?? '', type: fields.get('event') ?? '', envelope };
}
