/** What a run may find wrong, each with its words. */
import type { Text } from './statuses.ts';

/**
 * heals: by `event`, which the machine takes and the journal shows; `rewritten`: a column that follows from the instance, by compare-and-swap;
 * `removed`: what belongs to no living picture, after a second look; null: it is reported, and a person decides.
 */
type FindingEntry = { heals: 'event' | 'rewritten' | 'removed' | null } & Text;

export const FINDINGS = {
  INSTANCE_UNREADABLE: {
    heals: null,
    en: 'The lifecycle of a picture cannot be read. Restore its row from a backup.',
    zh: '无法读取图片的生命周期记录。请从备份恢复该行。',
  },
  INSTANCE_UNKNOWN_STATE: {
    heals: null,
    en: 'A picture is in a state that this version does not know. Restore its row from a backup.',
    zh: '图片处于本版本未知的状态。请从备份恢复该行。',
  },
  INSTANCE_IN_LIMBO: {
    heals: null,
    en: 'A picture has work left, and neither a job nor a timer: nothing would ever happen to it. Restore its row from a backup.',
    zh: '图片尚有待办，却既无任务也无定时，不会再有任何进展。请从备份恢复该行。',
  },
  INSTANCE_OF_LATER_VERSION: {
    heals: null,
    en: 'A later version of the service has taken a picture over, and looks after it.',
    zh: '图片已由更新版本的服务接管，由其负责。',
  },
  ROW_MISSING: {
    heals: null,
    en: 'A picture has a lifecycle, but no row that readers see. Restore its row from a backup.',
    zh: '图片有生命周期记录，却没有供读取的行。请从备份恢复该行。',
  },
  ROW_UNREADABLE: {
    heals: null,
    en: 'The row of a picture cannot be read. Restore it from a backup.',
    zh: '无法读取图片的行。请从备份恢复。',
  },
  ROW_WITHOUT_INSTANCE: {
    heals: null,
    en: 'A picture has a row, but no lifecycle. Restore its lifecycle from a backup.',
    zh: '图片有行记录，却没有生命周期记录。请从备份恢复。',
  },
  PROJECTION_DIFFERS: {
    heals: 'rewritten',
    en: 'What readers see of a picture is not what its lifecycle says.',
    zh: '供读取的内容与图片的生命周期不一致。',
  },
  TITLE_DIFFERS: {
    heals: 'rewritten',
    en: 'The title that lists sort by is not that of the metadata.',
    zh: '列表排序所用的标题与填写的信息不一致。',
  },
  TAGS_DIFFER: {
    heals: 'rewritten',
    en: 'The tags that lists filter by are not those of the metadata.',
    zh: '列表筛选所用的标签与填写的信息不一致。',
  },
  DUE_AT_DIFFERS: {
    heals: 'rewritten',
    en: 'A picture would be looked at too late, or never, for its next timer.',
    zh: '图片的下一个定时会被检查得过晚，或永不检查。',
  },
  JOBS_NOT_LISTED: {
    heals: 'rewritten',
    en: 'Work of a picture would not be found if its task were lost.',
    zh: '若任务丢失，该图片的待办将无法找回。',
  },
  TEXT_MISSING: {
    heals: 'event',
    en: 'The saved text of a picture that is INDEXED is missing.',
    zh: '已入索引的图片缺少已保存的文字。',
  },
  EMBEDDING_MISSING: {
    heals: 'event',
    en: 'The vector of a picture that is INDEXED is missing.',
    zh: '已入索引的图片缺少向量。',
  },
  RECOGNITION_MISSING: { heals: 'event', en: 'What was read off a picture is missing.', zh: '缺少图片的识别结果。' },
  CORRECTION_MISSING: {
    heals: null,
    en: 'What a person corrected of a picture is missing. Correct it again, or restore it from a backup.',
    zh: '缺少人工更正的内容。请重新更正，或从备份恢复。',
  },
  METADATA_MISSING: {
    heals: null,
    en: 'What a person entered about a picture is missing. Enter it again, or restore it from a backup.',
    zh: '缺少人工填写的信息。请重新填写，或从备份恢复。',
  },
  ORIGINAL_MISSING: {
    heals: null,
    en: 'The bytes of a picture are missing. Put them back from a backup.',
    zh: '图片文件缺失。请从备份放回。',
  },
  PREVIEW_MISSING: {
    heals: null,
    en: 'A preview of a picture is missing. Put it back from a backup.',
    zh: '预览图缺失。请从备份放回。',
  },
  CHECKSUM_DIFFERS: {
    heals: null,
    en: 'The bytes of a picture are not those that were checked. Put them back from a backup.',
    zh: '图片文件与校验时不同。请从备份放回。',
  },
  ENTRY_MISSING: {
    heals: 'event',
    en: 'The index lacks the entry of a picture that searches should find.',
    zh: '索引缺少应可搜到的图片条目。',
  },
  ENTRY_OLDER: {
    heals: 'event',
    en: 'The index holds an earlier revision than was promised.',
    zh: '索引中的版本早于应有的版本。',
  },
  ENTRY_LATER: {
    heals: 'event',
    en: 'The index holds a later revision than the picture has.',
    zh: '索引中的版本晚于图片的版本。',
  },
  ENTRY_DIFFERS: {
    heals: 'event',
    en: 'The index holds other content than the facts at the same revision.',
    zh: '同一版本下，索引内容与数据库不一致。',
  },
  ENTRY_WITHOUT_PICTURE: {
    heals: 'removed',
    en: 'The index holds an entry of a picture that is gone, or never was.',
    zh: '索引中有已移除或不存在的图片条目。',
  },
  OBJECT_WITHOUT_PICTURE: {
    heals: 'removed',
    en: 'The store holds bytes of a picture that never was, or is forgotten.',
    zh: '存储中有不存在或已遗忘的图片文件。',
  },
  OBJECT_OF_DELETED: {
    heals: 'removed',
    en: 'The store holds bytes of a picture that was deleted.',
    zh: '存储中有已删除图片的文件。',
  },
  OBJECT_OF_OTHER_RUN: {
    heals: 'removed',
    en: 'The store holds files of a run that does not count.',
    zh: '存储中有无效处理留下的文件。',
  },
  UPLOAD_LEFT: {
    heals: 'removed',
    en: 'The store holds an upload of a picture that is gone.',
    zh: '存储中有已移除图片的上传文件。',
  },
  OBJECT_UNKNOWN: {
    heals: null,
    en: 'The store holds a file whose name is none of ours. It is left alone.',
    zh: '存储中有名称不属于本服务的文件，未作改动。',
  },
} as const satisfies Record<string, FindingEntry>;
export type FindingCode = keyof typeof FINDINGS;
export const isFindingCode = (code: string): code is FindingCode => Object.hasOwn(FINDINGS, code);
