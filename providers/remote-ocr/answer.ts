/** What a remote engine says of a job, asked or by callback: hostile bytes until they are parsed here, the only place. */
import { z } from 'zod';
import { failureOf } from '../../contract/failures.ts';
import { isTooDeep } from '../../contract/json-shape.ts';
import type { RecogniserAsked, WorkIdentity } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { isSameWork } from '../../runtime/tasks/work-id.ts';
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
/** Printable, and it fits in a path, where `.` and `..` would be no names. */
export const ProviderJobId = z.string().regex(/^(?!\.{1,2}$)[\x21-\x7e]{1,200}$/);

const MOST_NAME_CHARS = 200;
const name = z.string().max(MOST_NAME_CHARS).optional();
/** Which work it is about, by its own words: an engine of the first version of the protocol does not say. */
const NAMES = { resource_id: name, task_id: name, work_id: name };
const OF_A_JOB = { ...NAMES, provider_job_id: ProviderJobId };

const JobSaid = z.discriminatedUnion('status', [
  z.object({ ...OF_A_JOB, status: z.literal('working') }),
  z.object({ ...OF_A_JOB, status: z.literal('done'), pages: z.array(PageRead).max(MOST_PAGES) }),
  z.object({
    ...OF_A_JOB,
    status: z.literal('failed'),
    failure: z.object({ retryable: z.boolean(), detail: text(10_000) }),
  }),
]);

/** What an engine answers to a submission. */
export const TicketSaid = z.object(OF_A_JOB);

export type Names = z.infer<z.ZodObject<typeof NAMES>>;
export type Said = { provider_job_id: string; names: Names; asked: RecogniserAsked };

/**
 * Throws PROVIDER_BAD_RESULT for what names another picture, other work, or another run where it names no work. Work that goes on
 * through several runs is answered under the first.
 */
export function checkNames(names: Names, of: WorkIdentity): void {
  const { resource_id = of.resource_id, work_id, task_id = of.task_id } = names;
  if (resource_id !== of.resource_id)
    throw badResult(`the OCR engine answered about the picture ${resource_id}, not ${of.resource_id}`);
  if (work_id !== undefined && !isSameWork(work_id, of.work_id))
    throw badResult(`the OCR engine answered about the work ${work_id}, not ${of.work_id}`);
  if (work_id === undefined && task_id !== of.task_id)
    throw badResult(`the OCR engine answered about the task ${task_id}, not ${of.task_id}`);
}

/** An answer as it came. */
export function readSaid(text: string): Said {
  if (isTooDeep(text)) throw badResult("the OCR engine's answer is nested too deep");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new NoJson(cause);
  }
  return saidOf(body);
}
export class NoJson extends StepError {
  constructor(cause: unknown) {
    super(failureOf('PROVIDER_BAD_RESULT', "the OCR engine's answer is no JSON"), cause);
  }
}

/** Unknown fields are left out. Throws ServiceError PROVIDER_BAD_RESULT for what is not of the protocol. */
export function saidOf(body: unknown): Said {
  const parsed = JobSaid.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badResult(`the OCR engine's answer is not of the protocol: /${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { provider_job_id, resource_id, task_id, work_id, ...said } = parsed.data;
  const names = { resource_id, task_id, work_id };
  if (said.status !== 'failed') return { provider_job_id, names, asked: said };
  const { retryable, detail } = said.failure;
  const failure = failureOf(retryable ? 'OCR_CRASHED' : 'PROVIDER_REFUSED', detail.slice(0, MOST_DETAIL_CHARS));
  return { provider_job_id, names, asked: { status: 'failed', failure } };
}
