/** The thread that reads long answers: parsed and checked here, and handed back as text, in pieces. */
import { parentPort } from 'node:worker_threads';
import { failureOf } from '../../contract/failures.ts';
import { lowerThreadPriority } from '../../runtime/async/low-priority.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { parseResponse } from './answer.ts';
import type { Page, PageInPieces, ReaderReply, ReaderRequest } from './reader.ts';

/** Words of a page that are parsed at once: some 3 ms. */
const PIECE = 2_000;

lowerThreadPriority();
const port = parentPort;
port?.on('message', ({ id, text }: ReaderRequest) => port.postMessage({ id, ...reply(text) } satisfies ReaderReply));

const inPieces = ({ words, ...page }: Page): PageInPieces => ({
  page: JSON.stringify({ ...page, words: [] }),
  words: Array.from({ length: Math.ceil(words.length / PIECE) }, (_, i) =>
    JSON.stringify(words.slice(i * PIECE, (i + 1) * PIECE)),
  ),
});

/** Objects take the one who gets them longer to copy than their text to parse; and text can be parsed a piece at a time. */
function reply(text: string): Omit<ReaderReply, 'id'> {
  try {
    const { asked, ...parsed } = parseResponse(text);
    if (asked.status !== 'done') return { parsed: { ...parsed, asked } };
    const { pages, ...rest } = asked;
    return { parsed: { ...parsed, asked: { ...rest, pages: [] } }, pages: pages.map(inPieces) };
  } catch (error) {
    if (error instanceof StepError) return { failure: error.failure };
    return { failure: failureOf('UNEXPECTED', error instanceof Error ? error.message : String(error)) };
  }
}
