/** What `doctor` finds: one line a check, with what to do where something is wrong. */
import type { Text } from '../../contract/statuses.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { type Config, SECRETS } from '../config.ts';
import { secretsIn } from '../secrets.ts';

export const CHECKS = {
  program: { en: 'program', zh: '程序' },
  settings: { en: 'settings', zh: '设置' },
  secrets: { en: 'secrets', zh: '密钥' },
  folder: { en: 'data folder', zh: '数据文件夹' },
  permissions: { en: 'permissions', zh: '权限' },
  disk: { en: 'disk', zh: '磁盘' },
  database: { en: 'database', zh: '数据库' },
  migrations: { en: 'migrations', zh: '迁移' },
  stored_versions: { en: 'stored versions', zh: '已存版本' },
  redis: { en: 'Redis', zh: 'Redis' },
  index: { en: 'search index', zh: '搜索索引' },
  analyser: { en: 'analyser', zh: '分析器' },
  store: { en: 'object store', zh: '对象存储' },
  bucket_policy: { en: 'bucket policy', zh: '存储桶策略' },
  bucket_cors: { en: 'bucket CORS', zh: '存储桶 CORS' },
  clocks: { en: 'clocks', zh: '时钟' },
  recognition: { en: 'recognition', zh: '文字识别' },
  language_data: { en: 'language data', zh: '语言数据' },
  embedding: { en: 'vectors', zh: '向量' },
  public_url: { en: 'public URL', zh: '公开地址' },
  retention: { en: 'retention', zh: '保留期限' },
  quotas: { en: 'quotas', zh: '配额' },
} as const satisfies Record<string, Text>;
export type CheckName = keyof typeof CHECKS;

/** `found`: what was seen. `todo`: what helps; null where nothing is wrong. */
export type Finding = { check: CheckName; found: Text; todo: Text | null };

export const words = (en: string, zh: string = en): Text => ({ en, zh });
export const ok = (check: CheckName, found: Text): Finding => ({ check, found, todo: null });
export const wrong = (check: CheckName, found: Text, todo: Text): Finding => ({ check, found, todo });

/** A check, and what to do if it fails: any error of its is a finding. limit_ms: absent: 20 s. */
export type Check = { limit_ms?: number; check: CheckName; todo: Text; look: (signal: AbortSignal) => Promise<Finding[]> };

/** Above the longest that an adapter takes to give up on a server that does not answer. */
const LIMIT_MS = 20_000;

/** Never rejects: what a check throws, or does not say in time, is a finding. */
export async function looked({ check, todo, look, limit_ms = LIMIT_MS }: Check, clock: Clock): Promise<Finding[]> {
  try {
    return await withTimeout({ clock, limit_ms }, look);
  } catch (error) {
    return [wrong(check, words(reasonOf(error)), todo)];
  }
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? reasonOf(error.cause) : '';
  const own = error.message || error.name;
  return cause === '' || own.includes(cause) ? own : `${own}: ${cause}`;
}

/** A value this short may be part of any sentence, and is refused as a secret elsewhere. */
const SHORTEST = 4;
const HIDDEN = '***';

/** Removes every secret of the configuration from a text, whoever has put it there: an answer of a server, an address in an error. */
export function withoutSecrets(config: Config, more: readonly string[] = []): (text: string) => string {
  const named = Object.entries(config).filter(([name]) => SECRETS.includes(name));
  const values = named.flatMap(([, value]) => (typeof value === 'string' ? hiddenIn(value) : []));
  const secrets = [...values, ...more].filter((value) => value.length >= SHORTEST).sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}

/** The password of an address, as it is written and as it is meant; its user is no secret. */
function hiddenIn(value: string): string[] {
  if (!URL.canParse(value)) return secretsIn(value);
  const { password } = new URL(value);
  return [password, decoded(password)];
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a percent sign that stands for itself
  }
}
