/** The events of a resource, who may send them, and the statuses that accept them. In all others HTTP returns 409. */
import type { Status, Text } from './statuses.ts';
import type { ReprocessFrom } from './step-kinds.ts';
import type { EngineChoice, OwnTextOrder } from './steps.ts';

/** by_person: false: only our own audit sends it. accepted_in: a guard may still refuse it there; see `allowed_events`. */
export type EventRow = { by_person: boolean; accepted_in: readonly Status[] } & Text;

const INDEXING = [
  'READY_FOR_OCR',
  'INIT',
  'OCR_DONE',
  'METADATA_SAVED',
  'VECTOR_PENDING',
  'VECTOR_DONE',
  'INDEXED',
  'INDEX_FAILED',
] as const satisfies readonly Status[];
const SEEN = ['AWAITING_UPLOAD', 'UPLOADED_NO_METADATA', ...INDEXING, 'REJECTED'] as const satisfies readonly Status[];

export const RESOURCE_EVENTS = {
  UPLOAD_REPORTED: {
    by_person: true,
    accepted_in: ['AWAITING_UPLOAD'],
    en: 'the uploader says it is done; the store is looked at',
    zh: '上传者表示已完成；随即查看存储',
  },
  UPLOAD_LINK_ISSUED: {
    by_person: true,
    accepted_in: ['AWAITING_UPLOAD'],
    en: 'a fresh upload link was given: link expiry and upload deadline begin anew',
    zh: '发放了新的上传链接：链接有效期与上传期限重新计算',
  },
  METADATA_SUBMITTED: {
    by_person: true,
    accepted_in: ['AWAITING_UPLOAD', 'UPLOADED_NO_METADATA', ...INDEXING],
    en: 'metadata was given or changed; a described picture stays described, and is indexed again',
    zh: '填写或修改了信息；已填全的不会变为缺失，并重新索引',
  },
  TEXT_CORRECTED: {
    by_person: true,
    accepted_in: INDEXING,
    en: 'a person corrected the text, or went back to what the machine read; needs a known picture',
    zh: '有人更正了文字，或恢复为机器识别的文字；须已有合法图片',
  },
  RETRY: {
    by_person: true,
    accepted_in: ['INDEX_FAILED', 'PURGE_FAILED'],
    en: 'try again what failed, with attempts counted anew; the service does so itself for what an outage has stopped',
    zh: '重试失败的步骤，次数重新计算；因故障中断的由服务自动重试',
  },
  REPROCESS: {
    by_person: true,
    accepted_in: ['INDEXED', 'INDEX_FAILED'],
    en: 'do it again from `ocr`, `embed` or `index`; a correction is kept unless `discard_corrections` is said, `own_text` decides whether the text of the file is used, and `engine` what reads',
    zh: '从 `ocr`、`embed` 或 `index` 起重新处理；除非指明 `discard_corrections`，更正会保留；`own_text` 指定是否采用文件自带的文字，`engine` 指定识别引擎',
  },
  TRASH: {
    by_person: true,
    accepted_in: SEEN,
    en: 'remove it from readers and search at once, restorable',
    zh: '立即对读者与搜索隐藏，可恢复',
  },
  RESTORE: {
    by_person: true,
    accepted_in: ['TRASHED', 'EXPIRED'],
    en: 'take it back, and go on at the first step whose result is missing',
    zh: '恢复，并从缺少结果的第一步继续',
  },
  DELETE: {
    by_person: true,
    accepted_in: [...SEEN, 'TRASHED', 'EXPIRED', 'PURGE_FAILED'],
    en: 'remove it for good',
    zh: '彻底删除',
  },
  INDEX_LOST: {
    by_person: false,
    accepted_in: INDEXING,
    en: '`verify` found that the index lacks the entry promised at that revision, or holds a later one than ours',
    zh: '`verify` 发现索引缺少该版本的条目，或持有比我们更新的版本',
  },
} as const satisfies Record<string, EventRow>;

export type ResourceEventType = keyof typeof RESOURCE_EVENTS;
export const isResourceEvent = (type: string): type is ResourceEventType => Object.hasOwn(RESOURCE_EVENTS, type);
export const EVENT_TYPES = Object.keys(RESOURCE_EVENTS).filter(isResourceEvent);
export const PERSON_EVENTS = EVENT_TYPES.filter((type) => RESOURCE_EVENTS[type].by_person);

/** The reason of a retry by the service itself. mended: the step works for others; probe: to test whether it does. */
export type RetriedBy = 'mended' | 'probe';

/**
 * own_text, engine: kept for the next orders as well; null and `auto` take back what was ordered. by_store_too: the store reports each upload by itself as well, so that this report brings no news of other bytes than a look under way
 * sees: that look goes on, and is done once more if it sees nothing. correction_id: null goes back to what the machine read. complete: no
 * required metadata is missing.
 */
export type ResourceEvent =
  | { type: 'UPLOAD_REPORTED'; by_store_too?: true }
  | { type: 'UPLOAD_LINK_ISSUED' }
  | { type: 'METADATA_SUBMITTED'; complete: boolean }
  | { type: 'TEXT_CORRECTED'; correction_id: string | null }
  | { type: 'RETRY'; by_service?: RetriedBy }
  | {
      type: 'REPROCESS';
      from: ReprocessFrom;
      discard_corrections?: boolean;
      own_text?: OwnTextOrder | null;
      engine?: EngineChoice;
    }
  | { type: 'TRASH' }
  | { type: 'RESTORE' }
  | { type: 'DELETE' }
  | { type: 'INDEX_LOST'; revision: number };
