/** The thread that reads long answers: parsed and checked here, and handed back as text, in pieces. */
import { parentPort } from 'node:worker_threads';
import { failureOf } from '../../contract/failures.ts';
import { lowerThreadPriority } from '../../runtime/async/low-priority.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { readSaid } from './answer.ts';
import type { Asked, Page, PageInPieces, Told } from './reader.ts';

/** Words of a page that are parsed at once: some 3 ms. */
const PIECE = 2_000;

lowerThreadPriority();
const port = parentPort;
port?.on('message', ({ id, text }: Asked) => port.postMessage({ id, ...told(text) } satisfies Told));

const inPieces = ({ words, ...page }: Page): PageInPieces => ({
  page: JSON.stringify({ ...page, words: [] }),
  words: Array.from({ length: Math.ceil(words.length / PIECE) }, (_, i) =>
    JSON.stringify(words.slice(i * PIECE, (i + 1) * PIECE)),
  ),
});

/** Objects take the one who gets them longer to copy than their text to parse; and text can be parsed a piece at a time. */
function told(text: string): Omit<Told, 'id'> {
  try {
    const { asked, ...said } = readSaid(text);
    if (asked.status !== 'done') return { said: { ...said, asked } };
    const { pages, ...rest } = asked;
    return { said: { ...said, asked: { ...rest, pages: [] } }, pages: pages.map(inPieces) };
  } catch (error) {
    if (error instanceof StepError) return { failure: error.failure };
    return { failure: failureOf('UNEXPECTED', error instanceof Error ? error.message : String(error)) };
  }
}
