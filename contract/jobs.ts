/** Periodic jobs of the service, as operators see them. */
import type { Text } from './statuses.ts';

export const JOBS = {
  clock: { en: 'the clock is set by the database’s', zh: '与数据库校准时钟' },
  old_uploads: { en: 'uploads that nobody will look at are cleared away', zh: '清理无人取用的上传' },
  leftovers: { en: 'what late writers left of removed pictures is cleared away', zh: '清理已删除图片的残留' },
  retention: { en: 'rows that were kept long enough are removed', zh: '删除超过保留期的记录' },
  later_versions: { en: 'pictures that a later version has taken over are looked for', zh: '查找由更新版本接管的图片' },
  retries: { en: 'what an outage has stopped is tried again', zh: '重试因故障中断的图片' },
  reindex_outdated: { en: 'an index of an older version is made again', zh: '重建由旧版本生成的索引' },
  embed_lacking: { en: 'pictures without vectors of the model are embedded', zh: '为缺少当前模型向量的图片生成向量' },
  nightly_verify: { en: 'the nightly comparison of all stores is begun', zh: '发起每晚的全面核对' },
} as const satisfies Record<string, Text>;

/** A job of another version has its name alone. */
export const jobLabel = (job: string): Text => {
  const labels: Record<string, Text | undefined> = JOBS;
  return labels[job] ?? { en: job, zh: job };
};
