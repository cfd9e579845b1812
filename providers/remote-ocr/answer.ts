/** What a remote engine says of a job, asked or by callback: hostile bytes until they are parsed here, the only place. */
import { z } from 'zod';
import { failureOf } from '../../contract/failures.ts';
import type { RecogniserAsked } from '../../runtime/ports.ts';
import { badResult } from '../http.ts';

/** More is no page: the densest of a newspaper has some 20,000 words. */
const MOST_WORDS = 50_000;
const MOST_WORD_CHARS = 1_000;
/** As much as a person may correct a page to. */
const MOST_PAGE_CHARS = 1_000_000;
/** We send fewer. */
const MOST_PAGES = 1_000;
/** How far beyond the page a box may lie: engines round. */
const ROUNDING = 0.02;
const MOST_DETAIL_CHARS = 500;

/** What no text has: control characters other than tab and line end, and halves of characters. */
const NO_TEXT = /[^\P{Cc}\t\n]|\p{Cs}/gu;
const text = (most: number) =>
  z
    .string()
    .max(most)
    .transform((said) => said.replace(/\r\n?/g, '\n').replace(NO_TEXT, ''));
const fraction = z
  .number()
  .min(-ROUNDING)
  .max(1 + ROUNDING)
  .transform((said) => Math.min(1, Math.max(0, said)));

const WordRead = z.object({
  text: text(MOST_WORD_CHARS),
  confidence: fraction,
  x: fraction,
  y: fraction,
  w: fraction,
  h: fraction,
});
const PageRead = z.object({
  page: z.int().min(1).max(MOST_PAGES),
  text: text(MOST_PAGE_CHARS),
  confidence: fraction,
  words: z.array(WordRead).max(MOST_WORDS),
});
/** Printable, and it fits in a path. */
export const ProviderJobId = z.string().regex(/^[\x21-\x7e]{1,200}$/);

const JobSaid = z.discriminatedUnion('status', [
  z.object({ status: z.literal('working'), provider_job_id: ProviderJobId }),
  z.object({ status: z.literal('done'), provider_job_id: ProviderJobId, pages: z.array(PageRead).max(MOST_PAGES) }),
  z.object({
    status: z.literal('failed'),
    provider_job_id: ProviderJobId,
    failure: z.object({ retryable: z.boolean(), detail: text(10_000) }),
  }),
]);

/** Unknown fields are left out. Throws ServiceError PROVIDER_BAD_RESULT for what is not of the protocol. */
export function saidOf(body: unknown): { provider_job_id: string; asked: RecogniserAsked } {
  const parsed = JobSaid.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badResult(`the OCR engine's answer is not of the protocol: /${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { provider_job_id, ...said } = parsed.data;
  if (said.status !== 'failed') return { provider_job_id, asked: said };
  const { retryable, detail } = said.failure;
  const failure = failureOf(retryable ? 'OCR_CRASHED' : 'PROVIDER_REFUSED', detail.slice(0, MOST_DETAIL_CHARS));
  return { provider_job_id, asked: { status: 'failed', failure } };
}
