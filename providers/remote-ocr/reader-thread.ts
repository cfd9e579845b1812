/** The thread that reads long answers: parsed and checked here, and handed back as text, a page each. */
import { parentPort } from 'node:worker_threads';
import { failureOf } from '../../contract/failures.ts';
import { ServiceError } from '../../runtime/service.ts';
import { readSaid } from './answer.ts';
import type { Asked, Told } from './reader.ts';

const port = parentPort;
port?.on('message', ({ id, text }: Asked) => port.postMessage({ id, ...told(text) } satisfies Told));

/** Objects take the one who gets them longer to copy than their text to parse; and text can be parsed a page at a time. */
function told(text: string): Omit<Told, 'id'> {
  try {
    const { asked, ...said } = readSaid(text);
    if (asked.status !== 'done') return { said: { ...said, asked } };
    const { pages, ...rest } = asked;
    return { said: { ...said, asked: { ...rest, pages: [] } }, pages: pages.map((page) => JSON.stringify(page)) };
  } catch (error) {
    if (error instanceof ServiceError) return { failure: error.failure };
    return { failure: failureOf('UNEXPECTED', error instanceof Error ? error.message : String(error)) };
  }
}
