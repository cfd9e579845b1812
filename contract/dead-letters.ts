/** Dead letters as the API has them, and what helps with each code. */
import { z } from 'zod';
import { FAILURE_CODES, type FailureCode, isFailureCode, waits } from './failures.ts';
import type { Status, Text } from './statuses.ts';

/** Those in which a step was given up, or a removal. */
export const DEAD_STATUSES: readonly Status[] = ['INDEX_FAILED', 'PURGE_FAILED'];
export const isDead = (status: Status): boolean => DEAD_STATUSES.includes(status);

export const ADVICE = {
  retry: { en: 'Send them again: transient trouble may be over.', zh: '重新执行：可能只是暂时的故障。' },
  wait: { en: 'Wait: they go on by themselves once what they need works again.', zh: '等待：所需服务恢复后会自动继续。' },
  replace: {
    en: 'Their owners must send other files, or correct their text by hand.',
    zh: '须由上传者更换文件，或手工更正文字。',
  },
  'fix configuration': {
    en: 'Mend what refuses them (its configuration, quota or data), then send them again.',
    zh: '先修正拒绝它们的服务（配置、额度或数据），再重新执行。',
  },
} as const satisfies Record<string, Text>;
export type Advice = keyof typeof ADVICE;
const ADVICE_NAMES = Object.keys(ADVICE) as Advice[];

/** What mending the cause of these takes is not to be seen from the fault alone. */
const BY_CODE: { [Code in FailureCode]?: Advice } = {
  CREDENTIALS_REFUSED: 'fix configuration',
  STORAGE_FULL: 'fix configuration',
  OCR_TIMEOUT: 'retry',
  OCR_CRASHED: 'retry',
};
/** Of a code of a later version: a retry harms nothing. */
export function adviceFor(code: string): Advice {
  if (!isFailureCode(code)) return 'retry';
  const { fault, retryable } = FAILURE_CODES[code];
  return BY_CODE[code] ?? (waits(code) ? 'wait' : fault === 'picture' ? 'replace' : retryable ? 'retry' : 'fix configuration');
}

/** step, code: null where it is not grouped by. retry_since: when what they need began to work again; null: not known, or it is away. */
export const DeadLetterGroup = z
  .object({
    step: z.string().nullable(),
    code: z.string().nullable(),
    meaning: z.string().nullable(),
    count: z.int(),
    first_at: z.iso.datetime().nullable(),
    last_at: z.iso.datetime().nullable(),
    oldest_deadline_at: z.iso.datetime().nullable(),
    samples: z.array(z.object({ resource_id: z.string(), title: z.string().nullable(), filename: z.string() })),
    advice: z.enum(ADVICE_NAMES).nullable(),
    advice_text: z.string().nullable(),
    retry_since: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DeadLetterGroup' });
export type DeadLetterGroup = z.infer<typeof DeadLetterGroup>;
export const DeadLetterGroups = z.array(DeadLetterGroup);

export const ListDeadLetters = z.strictObject({ group: z.array(z.enum(['step', 'code'])).default(['step', 'code']) });
