/** The statuses of a resource and the phases that people see. The table in the docs and the labels of the web app come from here. */

/** A text in both languages that tuodi speaks. */
export type Text = { en: string; zh: string };

/** The closed set that clients switch on. Statuses may grow within v1; this does not. */
export const PHASES = ['uploading', 'needs_person', 'working', 'ready', 'failed', 'gone'] as const;
export type Phase = (typeof PHASES)[number];

export const PHASE_LABELS: Record<Phase, Text> = {
  uploading: { en: 'Uploading', zh: '等待上传' },
  needs_person: { en: 'Needs details', zh: '待补充信息' },
  working: { en: 'Working', zh: '处理中' },
  ready: { en: 'Ready', zh: '可搜索' },
  failed: { en: 'Failed', zh: '失败' },
  gone: { en: 'Gone', zh: '已移除' },
};

/** `waits_for`: what happens next, or nothing. `guarded_by`: what moves it on if that never comes. */
export type StatusRow = { status: string; phase: Phase; label: Text; meaning: Text; waits_for: Text; guarded_by: Text };

const NOTHING: Text = { en: 'nothing', zh: '无' };
const REST: Text = { en: 'none: it may rest', zh: '无：可以停留在此' };
const SWEEP: Text = { en: 'the sweep: its task is made again if it is gone', zh: '巡检：任务丢失则重建' };
const SWEEP_AND_DEADLINE: Text = { en: 'the sweep, and a deadline', zh: '巡检与期限' };

export const STATUSES = [
  {
    status: 'AWAITING_UPLOAD',
    phase: 'uploading', // while the store is looked at: working
    label: { en: 'Awaiting upload', zh: '等待上传' },
    meaning: {
      en: 'the id exists and an upload link is bound to it; no bytes were seen yet (metadata may already be in)',
      zh: '编号已建立并绑定上传链接，尚未见到文件（信息可能已填）',
    },
    waits_for: { en: 'the uploader', zh: '上传者' },
    guarded_by: {
      en: 'the store is looked at after 1, 5 and 15 minutes, when the link expires and at the deadline (24 h): bytes there: it goes on; none: EXPIRED',
      zh: '发出链接 1、5、15 分钟后、链接到期及期限（24 小时）到时查看存储：有文件则继续，没有则 EXPIRED',
    },
  },
  {
    status: 'UPLOADED_NO_METADATA',
    phase: 'needs_person',
    label: { en: 'Needs metadata', zh: '待填信息' },
    meaning: {
      en: 'the bytes are there and are a legal picture; required metadata is missing',
      zh: '图片已收到且合法，必填信息尚缺',
    },
    waits_for: { en: 'a person, on any device', zh: '有人补充信息（任何设备均可）' },
    guarded_by: {
      en: 'a deadline (30 days): EXPIRED, with a warning 7 days before',
      zh: '期限（30 天）：到期转 EXPIRED，提前 7 天提醒',
    },
  },
  {
    status: 'READY_FOR_OCR',
    phase: 'working',
    label: { en: 'In line for reading', zh: '等待识别' },
    meaning: { en: 'bytes and complete metadata; in line for an indexing run', zh: '图片与信息齐全，排队等待处理' },
    waits_for: { en: 'a worker or OCR engine', zh: '空闲的工作进程或识别引擎' },
    guarded_by: SWEEP,
  },
  {
    status: 'INIT',
    phase: 'working',
    label: { en: 'Being read', zh: '识别中' },
    meaning: { en: 'the indexing run has begun: an OCR task was accepted', zh: '处理已开始：识别任务已被接收' },
    waits_for: { en: 'the OCR result', zh: '识别结果' },
    guarded_by: {
      en: 'lease and deadline: the engine is asked first, and run again only if it does not know',
      zh: '租约与期限：先询问引擎，引擎不知情才重新运行',
    },
  },
  {
    status: 'OCR_DONE',
    phase: 'working',
    label: { en: 'Read', zh: '识别完成' },
    meaning: { en: 'the raw recognition result is stored', zh: '原始识别结果已保存' },
    waits_for: { en: 'saving', zh: '整理并保存文字' },
    guarded_by: SWEEP_AND_DEADLINE,
  },
  {
    status: 'METADATA_SAVED',
    phase: 'working',
    label: { en: 'Saved', zh: '已保存' },
    meaning: { en: 'the cleaned text and the metadata are facts in the database', zh: '整理后的文字与信息已入库' },
    waits_for: { en: 'an embedding worker or provider', zh: '向量服务接收任务' },
    guarded_by: SWEEP,
  },
  {
    status: 'VECTOR_PENDING',
    phase: 'working',
    label: { en: 'Being embedded', zh: '生成向量中' },
    meaning: { en: 'an embedding task was accepted', zh: '向量任务已被接收' },
    waits_for: { en: 'the vector', zh: '向量' },
    guarded_by: {
      en: 'lease and deadline: the provider is asked first, and run again only if it does not know',
      zh: '租约与期限：先询问服务方，服务方不知情才重新运行',
    },
  },
  {
    status: 'VECTOR_DONE',
    phase: 'working',
    label: { en: 'Being indexed', zh: '写入索引中' },
    meaning: { en: 'the vector is a fact in the database', zh: '向量已入库' },
    waits_for: { en: 'the index write', zh: '写入索引' },
    guarded_by: SWEEP_AND_DEADLINE,
  },
  {
    status: 'INDEXED',
    phase: 'ready',
    label: { en: 'Findable', zh: '可搜索' },
    meaning: {
      en: 'a search finds it: written to the index at this revision, and seen there by a search',
      zh: '可以搜到：本版本已写入索引，并已由一次搜索确认',
    },
    waits_for: NOTHING,
    guarded_by: { en: '`verify` compares both sides', zh: '`verify` 核对两侧' },
  },
  {
    status: 'INDEX_FAILED',
    phase: 'failed',
    label: { en: 'Failed', zh: '处理失败' },
    meaning: {
      en: 'a step used up its attempts or failed for good; `failure` says which, why, and what can be done; what was established stays, and it may be searchable by its text alone',
      zh: '某一步用尽次数或无法完成；`failure` 说明步骤、原因与办法；已有成果保留，可能仍可凭文字搜到',
    },
    waits_for: {
      en: 'a person, or a replay; the service itself where an outage has stopped it',
      zh: '有人处理，或重放；因故障中断的由服务自动重试',
    },
    guarded_by: REST,
  },
  {
    status: 'REJECTED',
    phase: 'failed',
    label: { en: 'Rejected', zh: '已拒绝' },
    meaning: {
      en: 'the bytes are not a legal picture (wrong kind, too large, broken); `failure` says why',
      zh: '文件不是合法图片（类型不符、过大或损坏）；`failure` 说明原因',
    },
    waits_for: { en: 'the owner', zh: '所有者' },
    guarded_by: { en: 'retention (30 days), then DELETING', zh: '保留期（30 天），之后 DELETING' },
  },
  {
    status: 'EXPIRED',
    phase: 'gone',
    label: { en: 'Expired', zh: '已过期' },
    meaning: { en: 'given up: never uploaded, or never described; hidden', zh: '已放弃：始终未上传，或始终未填信息；已隐藏' },
    waits_for: { en: 'a person, who may restore it while its bytes are kept (30 days)', zh: '可在文件保留期（30 天）内恢复' },
    guarded_by: { en: 'retention: the bytes are removed, the row is kept as a tombstone', zh: '保留期满：删除文件，仅留记录' },
  },
  {
    status: 'TRASHED',
    phase: 'gone',
    label: { en: 'In the trash', zh: '回收站' },
    meaning: {
      en: 'a person removed it: hidden from readers and search at once, everything kept, its index entry too',
      zh: '已被移除：立即对读者与搜索隐藏，内容与索引条目均保留',
    },
    waits_for: { en: 'a person, who may restore it', zh: '可以恢复' },
    guarded_by: { en: 'retention (30 days; 0: at once), then DELETING', zh: '保留期（30 天；0 为立即），之后 DELETING' },
  },
  {
    status: 'DELETING',
    phase: 'gone',
    label: { en: 'Being deleted', zh: '删除中' },
    meaning: { en: 'removal is under way: index, then bytes, then facts', zh: '正在删除：先索引，再文件，最后记录' },
    waits_for: { en: 'the purge', zh: '清除' },
    guarded_by: SWEEP_AND_DEADLINE,
  },
  {
    status: 'PURGE_FAILED',
    phase: 'gone',
    label: { en: 'Deletion failed', zh: '删除失败' },
    meaning: { en: 'the removal used up its attempts; hidden from readers already', zh: '删除用尽次数；已对读者隐藏' },
    waits_for: {
      en: 'an operator; the service itself where an outage has stopped it',
      zh: '运维人员；因故障中断的由服务自动重试',
    },
    guarded_by: REST,
  },
  {
    status: 'DELETED',
    phase: 'gone',
    label: { en: 'Deleted', zh: '已删除' },
    meaning: { en: 'gone; the row is a tombstone', zh: '已不存在，仅留记录' },
    waits_for: NOTHING,
    guarded_by: NOTHING,
  },
] as const satisfies readonly StatusRow[];

export type Status = (typeof STATUSES)[number]['status'];

const ROWS = new Map<string, StatusRow>(STATUSES.map((row) => [row.status, row]));
export const isStatus = (name: string): name is Status => ROWS.has(name);

/** Throws on what is no status. */
export function statusRow(status: string): StatusRow {
  const row = ROWS.get(status);
  if (!row) throw new Error(`no status: ${status}`);
  return row;
}

const LATER: Text = { en: 'a later version of the service', zh: '更新版本的服务' };
/** The texts for the status of a row, which a later version may have written; an unknown one has a text of its own. */
/** What AWAITING_UPLOAD waits for where an upload was reported and the store has nothing. */
export const NOTHING_ARRIVED: Text = {
  en: 'the uploader: an upload was reported, but nothing has arrived. Upload the bytes by the link (`upload-url` gives a fresh one), then report again',
  zh: '上传者：已报告上传，但没有收到任何内容。请通过链接上传文件（`upload-url` 可重新取得链接），然后再次报告',
};
export const waitsFor = (status: string): Text => ROWS.get(status)?.waits_for ?? LATER;
export const meaningOf = (status: string): Text => ROWS.get(status)?.meaning ?? LATER;
