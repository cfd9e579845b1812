/** The parts of the installation that a process works with, and the states that they can be in. Labels and reasons are made from here. */
import { z } from 'zod';
import type { Text } from './statuses.ts';

export const PARTS = {
  database: { en: 'Database', zh: '数据库' },
  tasks: { en: 'Task store', zh: '任务存储' },
  queue: { en: 'Queue', zh: '队列' },
  index: { en: 'Search index', zh: '搜索索引' },
  store: { en: 'Object store', zh: '文件存储' },
  recogniser: { en: 'Recognition', zh: '文字识别' },
  embedder: { en: 'Embeddings', zh: '向量服务' },
  sweep: { en: 'Sweep', zh: '巡检' },
  relay: { en: 'Relay of messages', zh: '消息转发' },
  disk: { en: 'Disk of the data folder', zh: '数据目录所在磁盘' },
} as const satisfies Record<string, Text>;
export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** The better before the worse: of several processes that see a part differently, the worst state is shown. */
export const PART_STATES = {
  ok: { en: 'ok', zh: '正常' },
  slow: { en: 'slow', zh: '缓慢' },
  paused: { en: 'paused', zh: '暂停' },
  full: { en: 'full', zh: '已满' },
  refused: { en: 'refused', zh: '被拒绝' },
  away: { en: 'away', zh: '不可用' },
} as const satisfies Record<string, Text>;
export type PartState = keyof typeof PART_STATES;
export const STATE_NAMES = Object.keys(PART_STATES) as PartState[];

/** Why a part is not ok: stable codes, which clients may switch on; there may be new ones within v1. */
export const PART_REASONS = {
  answers_late: { en: 'it answers late', zh: '响应缓慢' },
  asked_to_wait: { en: 'it asked to be left alone for a while', zh: '服务方要求暂缓请求' },
  credentials_refused: {
    en: 'it refuses our credentials; only a person can mend that',
    zh: '拒绝了我们的凭据，须有人处理',
  },
  disk_reserve: {
    en: 'only the reserve for what is in already is left; uploads are refused',
    zh: '仅剩为已有内容保留的空间，暂停上传',
  },
  damaged: { en: 'what it holds is damaged; only a person can mend that', zh: '其数据已损坏，须有人处理' },
  engine_fails: { en: 'its engine fails again and again, also with a picture of ours', zh: '引擎一再出错，连测试图片也无法处理' },
  locked: { en: 'another process holds its lock', zh: '被其他进程锁定' },
  no_answer: { en: 'it does not answer', zh: '没有响应' },
  out_of_room: { en: 'it has no room left', zh: '空间已用尽' },
  round_failed: { en: 'its last round failed; it is tried again', zh: '上一轮失败，将重试' },
  takes_no_writes: { en: 'it takes no writes', zh: '拒绝写入' },
  unavailable: { en: 'it cannot be reached, or cannot serve now', zh: '无法访问，或暂时不能服务' },
} as const satisfies Record<string, Text>;
export type PartReason = keyof typeof PART_REASONS;

/**
 * code, why, next_try_at: null while it is ok. detail: the words of what failed; only for a key that is marked for the installation, since
 * they name addresses. seen_by: processes that see it in this state, of `processes` that know it.
 */
export const Part = z
  .object({
    part: z.enum(PART_NAMES),
    label: z.string(),
    state: z.enum(STATE_NAMES),
    state_label: z.string(),
    since: z.iso.datetime(),
    code: z.string().nullable(),
    why: z.string().nullable(),
    detail: z.string().nullable(),
    next_try_at: z.iso.datetime().nullable(),
    seen_by: z.int(),
    processes: z.int(),
  })
  .meta({ id: 'Part' });
export type Part = z.infer<typeof Part>;
