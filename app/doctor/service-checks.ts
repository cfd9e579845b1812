/** What `doctor` asks of recognition, vectors and the service's own address, and what is in force of retention and quotas. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Text } from '../../contract/statuses.ts';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { checkRuntime, findModels } from '../../providers/ppocr/model-files.ts';
import { LANGUAGES, missingLanguages } from '../../providers/tesseract/languages.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import type { Config } from '../config.ts';
import { embedderOf } from '../open-embedder.ts';
import { readFacts } from '../open-ports.ts';
import { type Check, type Finding, ok, reasonOf, words, wrong } from './finding.ts';

const DAY_MS = 24 * 60 * 60_000;
const GIB = 1024 ** 3;
/** Share of a quota from which somebody should know. */
const NEARLY_FULL = 0.95;
const MAX_ORGANISATIONS = 1_000;

export const serviceChecks = (config: Config, clock: Clock, languages: readonly string[] = LANGUAGES): Check[] => [
  {
    check: 'recognition',
    todo:
      config.ocr_url === undefined
        ? words(
            'run npm ci, or set TUODI_OCR_ENGINE=tesseract; of models of your own: correct TUODI_OCR_MODELS',
            '请运行 npm ci，或设置 TUODI_OCR_ENGINE=tesseract；自备模型请更正 TUODI_OCR_MODELS',
          )
        : words('start the engine, or correct TUODI_OCR_URL', '请启动识别服务，或更正 TUODI_OCR_URL'),
    look: (signal) => recognitionOf(config, signal),
  },
  {
    check: 'language_data',
    todo: words('install it again', '请重新安装'),
    look: async () =>
      config.ocr_url === undefined && config.ocr_engine !== 'ppocr' ? [await languagesOf(config, languages)] : [],
  },
  {
    check: 'embedding',
    limit_ms: EMBEDDING_LIMIT_MS,
    todo: words(
      'correct TUODI_EMBEDDING_DIR, or TUODI_EMBEDDING_URL, its key and its model',
      '请更正 TUODI_EMBEDDING_DIR，或 TUODI_EMBEDDING_URL 及其密钥和模型',
    ),
    look: (signal) => embeddingOf(config, clock, signal),
  },
  {
    check: 'public_url',
    todo: words('start the service, or correct TUODI_PUBLIC_URL and the proxy', '请启动服务，或更正 TUODI_PUBLIC_URL 及代理'),
    look: (signal) => publicUrlOf(config, signal),
  },
  { check: 'retention', todo: words('correct it', '请更正'), look: async () => [retentionOf(config)] },
  {
    check: 'quotas',
    todo: words('see what is said of the database', '请先处理数据库的问题'),
    look: () => quotasOf(config, clock),
  },
];

async function recognitionOf({ ocr_url, ocr_engine, ocr_models }: Config, signal: AbortSignal): Promise<Finding[]> {
  if (ocr_url !== undefined) {
    const { status } = await fetch(ocr_url, { signal, redirect: 'manual' }); // any answer: its own paths are asked at the start
    return [
      ok(
        'recognition',
        words(`${new URL(ocr_url).origin} answers (${status})`, `${new URL(ocr_url).origin} 有应答（${status}）`),
      ),
    ];
  }
  if (ocr_engine === 'tesseract') return [ok('recognition', words('tesseract'))];
  await checkRuntime();
  const { name, detector, recogniser, dictionary } = await findModels(ocr_models ?? null);
  await Promise.all([detector, recogniser, dictionary].map((file) => access(file)));
  return [ok('recognition', words(name))];
}

async function languagesOf({ data_dir }: Config, languages: readonly string[]): Promise<Finding> {
  const folder = path.resolve(data_dir, 'languages');
  const missing = await missingLanguages(folder, languages);
  if (missing.length === 0) return ok('language_data', words(languages.join(', ')));
  const files = missing.map((language) => `${language}.traineddata.gz`).join(', ');
  return wrong(
    'language_data',
    words(`missing: ${missing.join(', ')}`, `缺少：${missing.join('、')}`),
    words(`install tuodi again, or put ${files} into ${folder}`, `请重新安装 tuodi，或将 ${files} 放入 ${folder}`),
  );
}

/** A model is hashed, loaded within two minutes, and run. */
const EMBEDDING_LIMIT_MS = 180_000;

/** What helps against an answer of a server of embeddings, by its code: who is away is started, who refuses is corrected. */
const CURES: Readonly<Record<string, Text>> = {
  PROVIDER_UNAVAILABLE: words(
    'start the server of embeddings, or correct TUODI_EMBEDDING_URL; pictures wait for it, and go on by themselves',
    '请启动向量服务，或更正 TUODI_EMBEDDING_URL；图片会等待，并自动继续',
  ),
  CREDENTIALS_REFUSED: words('correct TUODI_EMBEDDING_API_KEY, and start again', '请更正 TUODI_EMBEDDING_API_KEY 并重新启动'),
  PROVIDER_REFUSED: words(
    'it answers, and refuses what is asked: correct TUODI_EMBEDDING_MODEL or the path in TUODI_EMBEDDING_URL, then tuodi replay',
    '服务有应答，但拒绝请求：请更正 TUODI_EMBEDDING_MODEL 或 TUODI_EMBEDDING_URL 中的路径，然后执行 tuodi replay',
  ),
};

async function embeddingOf(config: Config, clock: Clock, signal: AbortSignal): Promise<Finding[]> {
  const { embedding_dir, embedding_url, embedding_model } = config;
  if (embedding_dir === undefined && embedding_url === undefined)
    return [ok('embedding', words('none configured: found by words alone', '未配置：仅按文字搜索'))];
  const embedder = await embedderOf(config, { clock });
  try {
    await embedder.embed(['tuodi'], signal);
    return [ok('embedding', words(`${embedding_dir ?? embedding_model}, ${embedder.dimension}`))];
  } catch (error) {
    const helps = embedding_url === undefined || !(error instanceof StepError) ? undefined : CURES[error.failure.code];
    if (helps === undefined) throw error;
    return [wrong('embedding', words(reasonOf(error)), helps)];
  } finally {
    await embedder.close?.();
  }
}

const Healthy = z.object({ status: z.literal('ok') });

async function publicUrlOf({ public_url: url }: Config, signal: AbortSignal): Promise<Finding[]> {
  if (url === undefined)
    return [
      ok('public_url', words('not set: links lead to the address of TUODI_LISTEN', '未设置：链接指向 TUODI_LISTEN 的地址')),
    ];
  const response = await fetch(`${url}/healthz`, { signal, redirect: 'manual' });
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 200 && Healthy.safeParse(body).success) return [ok('public_url', words(url))];
  return [
    wrong(
      'public_url',
      words(
        `${url}/healthz answers ${response.status}, and not as tuodi does`,
        `${url}/healthz 返回 ${response.status}，不是 tuodi 的应答`,
      ),
      words(
        'let the proxy pass /healthz to the service, or correct TUODI_PUBLIC_URL',
        '请让代理将 /healthz 转给服务，或更正 TUODI_PUBLIC_URL',
      ),
    ),
  ];
}

/** Bytes that go at once are a choice that is easily made by mistake: there is no way back. */
function retentionOf(config: Config): Finding {
  const kept = (['trash', 'rejected', 'expired'] as const).map((name) => ({
    name,
    days: (config[`${name}_retention_ms`] ?? RESOURCE_LIMITS[`${name}_retention_ms`]) / DAY_MS,
  }));
  const said = words(kept.map(({ name, days }) => `${name} ${Math.round(days * 10) / 10} d`).join(', '));
  const at_once = kept.find(({ name, days }) => name === 'trash' && days === 0);
  if (!at_once) return ok('retention', said);
  return wrong(
    'retention',
    said,
    words(
      'what is put in the trash is gone at once: set TUODI_TRASH_RETENTION_MS, such as 30d',
      '放入回收站的内容会立即清除：请设置 TUODI_TRASH_RETENTION_MS，例如 30d',
    ),
  );
}

async function quotasOf(config: Config, clock: Clock): Promise<Finding[]> {
  const { quota_pictures, quota_bytes } = config;
  const limits = `${quota_pictures} pictures, ${Math.round((quota_bytes / GIB) * 10) / 10} GiB`;
  const facts = await readFacts(config, clock);
  if (facts === null) return [ok('quotas', words(limits))];
  try {
    const organisations = await facts.accounts.organisations(MAX_ORGANISATIONS);
    const full: string[] = [];
    for (const { org_id } of organisations) {
      const { pictures, bytes } = await facts.usage.get({ org_id });
      const share = Math.max(pictures / Math.max(quota_pictures, 1), bytes / Math.max(quota_bytes, 1));
      if (share >= NEARLY_FULL) full.push(`${org_id} ${Math.floor(share * 100)} %`);
    }
    if (full.length === 0) return [ok('quotas', words(limits))];
    return [
      wrong(
        'quotas',
        words(`${limits}: ${full.join(', ')}`),
        words(
          'raise TUODI_QUOTA_PICTURES or TUODI_QUOTA_BYTES, or empty the trash',
          '请提高 TUODI_QUOTA_PICTURES 或 TUODI_QUOTA_BYTES，或清空回收站',
        ),
      ),
    ];
  } finally {
    await facts.close();
  }
}
