/** Failures of steps: one shape everywhere, and a closed list of codes with their meaning for a person. */
import { z } from 'zod';
import type { Text } from './statuses.ts';
import { DECODES, FACT_ROWS, STEP_KINDS } from './step-kinds.ts';

/** picture: another picture would not have it. provider: a store or an engine that the step needs. service: tuodi itself. */
export const FAULTS = ['picture', 'provider', 'service'] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * fault: what caused it. retryable: may the same step of the same picture succeed if it is run again? waits: it lasts as long as an outage
 * does, so it spends no attempts; a step that gives up on it is run again by the service once what it needs works.
 */
type FailureEntry = { fault: Fault; retryable: boolean; waits?: true } & Text;

export const FAILURE_CODES = {
  NOT_AN_IMAGE: {
    fault: 'picture',
    retryable: false,
    en: 'The file is not a picture or a PDF, whatever its name says. Upload a picture or a PDF instead.',
    zh: '无论文件名为何，该文件不是图片或 PDF。请改传图片或 PDF。',
  },
  UNSUPPORTED_FORMAT: {
    fault: 'picture',
    retryable: false,
    en: 'This kind of picture is not supported. Save it as JPEG, PNG or PDF and upload it again.',
    zh: '不支持该图片格式。请另存为 JPEG、PNG 或 PDF 后重新上传。',
  },
  TOO_MANY_BYTES: {
    fault: 'picture',
    retryable: false,
    en: 'The file is larger than allowed. Upload a smaller one.',
    zh: '文件超过允许的大小。请上传较小的文件。',
  },
  TOO_MANY_PIXELS: {
    fault: 'picture',
    retryable: false,
    en: 'The picture has more pixels than allowed. Scale it down and upload it again.',
    zh: '图片像素超过上限。请缩小后重新上传。',
  },
  TOO_MANY_PAGES: {
    fault: 'picture',
    retryable: false,
    en: 'The file has more pages than allowed. Split it and upload the parts.',
    zh: '页数超过上限。请拆分后分别上传。',
  },
  NO_PAGES: {
    fault: 'picture',
    retryable: false,
    en: 'The document has no pages. Export it again from the original and upload that.',
    zh: '该文档没有任何页面。请用原件重新导出后上传。',
  },
  PASSWORD_PROTECTED: {
    fault: 'picture',
    retryable: false,
    en: 'The document opens with a password only. Save a copy without a password and upload that.',
    zh: '该文档需要密码才能打开。请另存为无密码的副本后上传。',
  },
  DECODE_LIMIT: {
    fault: 'picture',
    retryable: false,
    en: 'Opening the file took more time or memory than allowed. Save it as JPEG or as a simpler PDF and upload that; a retry helps only if the machine was busy.',
    zh: '打开该文件所需的时间或内存超过上限。请另存为 JPEG 或更简单的 PDF 后上传；仅当时机器繁忙，重试才有用。',
  },
  TOO_MUCH_TEXT: {
    fault: 'picture',
    retryable: false,
    en: 'The document holds more text than allowed. Split it and upload the parts.',
    zh: '文档文字量超过上限。请拆分后分别上传。',
  },
  TRUNCATED_IMAGE: {
    fault: 'picture',
    retryable: false,
    en: 'The picture is broken or incomplete. Upload it again from the original.',
    zh: '图片损坏或不完整。请用原件重新上传。',
  },
  CHECKSUM_MISMATCH: {
    fault: 'picture',
    retryable: false,
    en: 'What arrived is not what was announced: size or checksum differ. Upload it again.',
    zh: '收到的内容与声明不符（大小或校验和不同）。请重新上传。',
  },
  OBJECT_MISSING: {
    fault: 'provider',
    retryable: false,
    en: 'The stored bytes are not where they were. An operator should look at the object store; restore the bytes, then retry.',
    zh: '存储中的文件已不在原处。请运维人员检查对象存储，恢复文件后重试。',
  },
  OCR_TIMEOUT: {
    fault: 'picture',
    retryable: true,
    en: 'Reading the picture took longer than allowed. Retry; if it fails again, upload a smaller or clearer picture.',
    zh: '识别超时。请重试；若仍失败，请上传更小或更清晰的图片。',
  },
  OCR_CRASHED: {
    fault: 'picture',
    retryable: true,
    en: 'The OCR engine crashed on this picture. Retry; if it fails again, correct the text by hand.',
    zh: '识别引擎在此图片上崩溃。请重试；若仍失败，可手工填写文字。',
  },
  PROVIDER_UNAVAILABLE: {
    fault: 'provider',
    retryable: true,
    waits: true,
    en: 'A service that this step needs could not be reached for too long. Nothing is wrong with the picture: it is tried again by itself once the service is back.',
    zh: '所需服务长时间无法连接。图片没有问题：服务恢复后会自动重试。',
  },
  CREDENTIALS_REFUSED: {
    fault: 'provider',
    retryable: true,
    waits: true,
    en: 'A service that this step needs refuses our credentials, or we do not trust its certificate. Nothing is wrong with the picture: it waits until an operator has corrected them.',
    zh: '所需服务拒绝了我们的凭据，或其证书不受信任。图片没有问题：运维人员更正后会自动继续。',
  },
  PROVIDER_REFUSED: {
    fault: 'provider',
    retryable: false,
    en: 'The provider refused this work. Its answer is in the detail; check its configuration and limits, then retry.',
    zh: '服务方拒绝了该任务。其答复见详情；请检查配置与额度后重试。',
  },
  PROVIDER_BAD_RESULT: {
    fault: 'provider',
    retryable: true,
    en: 'The provider answered something that cannot be used. Retry; if it fails again, check the provider.',
    zh: '服务方返回的结果无法使用。请重试；若仍失败，请检查该服务。',
  },
  PROVIDER_FORGOT: {
    fault: 'provider',
    retryable: true,
    en: 'The provider took the work and no longer knows of it. Retry.',
    zh: '服务方接收任务后不再知情。请重试。',
  },
  FACT_MISSING: {
    fault: 'service',
    retryable: false,
    en: 'A stored result that this step reads is not there. Results are made again by themselves; this one is gone again and again, or is a correction that only a person can make. Retry goes on without it; then correct the text again if it was corrected.',
    zh: '本步骤所需的已存结果不存在。一般会自动重新生成；此结果反复丢失，或是只能由人填写的更正。重试会在缺少它的情况下继续；若曾更正，请随后重新更正。',
  },
  INDEX_REFUSED: {
    fault: 'provider',
    retryable: false,
    en: 'The search index refused the entry. The reason is in the detail; an operator should check the index.',
    zh: '搜索索引拒绝写入。原因见详情；请运维人员检查索引。',
  },
  READ_BACK_MISMATCH: {
    fault: 'provider',
    retryable: true,
    waits: true,
    en: 'The entry was written, but a search did not find it, for too long. An operator should check the index; it is tried again by itself once entries are found.',
    zh: '条目已写入，但搜索长时间未能找到。请运维人员检查索引；恢复后会自动重试。',
  },
  WORKER_LOST: {
    fault: 'service',
    retryable: true,
    en: 'The worker that had the work died, more often than allowed. Retry; if it happens again, the picture may be what kills it.',
    zh: '处理该任务的进程多次中断。请重试；若再次发生，可能是图片本身所致。',
  },
  DEADLINE_EXCEEDED: {
    fault: 'service',
    retryable: true,
    en: 'The step was accepted and did not end in time, in any of its runs. Retry.',
    zh: '该步骤多次运行均未按时完成。请重试。',
  },
  STORAGE_FULL: {
    fault: 'provider',
    retryable: true,
    waits: true,
    en: 'There was no room left to store the result. An operator must make room; it is tried again by itself then.',
    zh: '存储空间不足，无法保存结果。请运维人员清理空间，随后会自动重试。',
  },
  UNEXPECTED: {
    fault: 'service',
    retryable: true,
    en: 'An error of ours that nobody foresaw. Retry; if it fails again, send the detail to the operator.',
    zh: '我们未预料到的错误。请重试；若仍失败，请将详情告知运维人员。',
  },
} as const satisfies Record<string, FailureEntry>;

export type FailureCode = keyof typeof FAILURE_CODES;
export const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(FAILURE_CODES, code);
const codes = Object.keys(FAILURE_CODES).filter(isFailureCode);

/** What a service or a task throws: which step it was, how often and when is known to those who run it. */
const common = { code: z.enum(codes), retryable: z.boolean(), detail: z.string() };
/** missing: of FACT_MISSING, which row the step did not find; absent: none that a step makes, or that is known. */
export const ServiceFailure = z.strictObject({ ...common, missing: z.enum(FACT_ROWS).optional() });
export type ServiceFailure = z.infer<typeof ServiceFailure>;

/** attempts: runs that were made of the step since its last success. at: epoch ms. */
export const Failure = z.strictObject({
  step: z.enum(STEP_KINDS),
  ...common,
  attempts: z.int().min(1),
  at: z.number(),
});
export type Failure = z.infer<typeof Failure>;

/** A failure of all pictures alike, which ends without them: an outage. */
export const waits = (code: FailureCode): boolean => 'waits' in FAILURE_CODES[code];

/** A lost worker of a step that opens no picture is an outage too: no picture can be the cause. */
export const isOutage = ({ code, step }: Pick<Failure, 'code' | 'step'>): boolean =>
  isFailureCode(code) && (waits(code) || (code === 'WORKER_LOST' && !DECODES.has(step)));

/** Makes a failure by its code; the table defines whether it is retryable. */
export const failureOf = (code: FailureCode, detail: string): ServiceFailure => ({
  code,
  retryable: FAILURE_CODES[code].retryable,
  detail,
});
