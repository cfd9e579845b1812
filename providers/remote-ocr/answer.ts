/** What a remote engine says of a job, asked or by callback: hostile bytes until they are parsed here, the only place. */
import { z } from 'zod';
import { failureOf } from '../../contract/failures.ts';
import { isTooDeep } from '../../contract/json-shape.ts';
import { Turned } from '../../contract/text.ts';
import type { RecogniserAsked, WorkIdentity } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { isSameWork } from '../../runtime/tasks/work-id.ts';
import { badResult } from '../http.ts';

/** More is no page: the densest of a newspaper has some 20,000 words. */
const MAX_WORDS = 50_000;
const MAX_WORD_CHARS = 1_000;
/** As much as a person may correct a page to. */
const MAX_PAGE_CHARS = 1_000_000;
/** We send fewer. */
const MAX_PAGES = 1_000;
/** How far beyond the page a box may lie: engines round. */
const ROUNDING = 0.02;
const MAX_DETAIL_CHARS = 500;

/** What no text has: control characters other than tab and line end, and halves of characters. */
const NO_TEXT = /[^\P{Cc}\t\n]|\p{Cs}/gu;
const text = (max: number) =>
  z
    .string()
    .max(max)
    .transform((rest) => rest.replace(/\r\n?/g, '\n').replace(NO_TEXT, ''));
const fraction = z
  .number()
  .min(-ROUNDING)
  .max(1 + ROUNDING)
  .transform((rest) => Math.min(1, Math.max(0, rest)));

const WordRead = z.object({
  text: text(MAX_WORD_CHARS),
  confidence: fraction,
  x: fraction,
  y: fraction,
  w: fraction,
  h: fraction,
});
const Failed = z
  .object({ retryable: z.boolean(), detail: text(10_000) })
  .transform(({ retryable, detail }) =>
    failureOf(retryable ? 'OCR_CRASHED' : 'PROVIDER_REFUSED', detail.slice(0, MAX_DETAIL_CHARS)),
  );
const page = z.int().min(1).max(MAX_PAGES);
const PageRead = z.object({
  page,
  text: text(MAX_PAGE_CHARS),
  confidence: fraction,
  words: z.array(WordRead).max(MAX_WORDS),
  turned: Turned.optional(),
});
/** A page that the engine has given up, beside others that it has read. */
const PageFailed = z.object({ page, failure: Failed }).transform((failed) => ({ ...failed, text: '', confidence: 0, words: [] }));
/** Printable, and it fits in a path, where `.` and `..` would be no names. */
export const ProviderJobId = z.string().regex(/^(?!\.{1,2}$)[\x21-\x7e]{1,200}$/);

const MAX_NAME_CHARS = 200;
const name = z.string().max(MAX_NAME_CHARS).optional();
/** Which work it is about, by its own words: an engine of the first version of the protocol does not say. */
const NAMES = { resource_id: name, task_id: name, work_id: name };
const OF_A_JOB = { ...NAMES, provider_job_id: ProviderJobId };

const JobResponse = z.discriminatedUnion('status', [
  z.object({ ...OF_A_JOB, status: z.literal('working') }),
  z.object({ ...OF_A_JOB, status: z.literal('done'), pages: z.array(z.union([PageFailed, PageRead])).max(MAX_PAGES) }),
  z.object({
    ...OF_A_JOB,
    status: z.literal('failed'),
    failure: Failed,
  }),
]);

/** The response of an engine to a submission. */
export const TicketResponse = z.object(OF_A_JOB);

export type Names = z.infer<z.ZodObject<typeof NAMES>>;
export type ParsedResponse = { provider_job_id: string; names: Names; asked: RecogniserAsked };

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
export function parseResponse(text: string): ParsedResponse {
  if (isTooDeep(text)) throw badResult("the OCR engine's answer is nested too deep");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new NoJson(cause);
  }
  return parsedResponse(body);
}
export class NoJson extends StepError {
  constructor(cause: unknown) {
    super(failureOf('PROVIDER_BAD_RESULT', "the OCR engine's answer is no JSON"), cause);
  }
}

/** Unknown fields are left out. Throws ServiceError PROVIDER_BAD_RESULT for what is not of the protocol. */
export function parsedResponse(body: unknown): ParsedResponse {
  const parsed = JobResponse.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw badResult(`the OCR engine's answer is not of the protocol: /${issue?.path.join('/') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { provider_job_id, resource_id, task_id, work_id, ...rest } = parsed.data;
  const names = { resource_id, task_id, work_id };
  return { provider_job_id, names, asked: rest };
}
