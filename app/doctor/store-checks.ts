/** What `doctor` asks of the object store. */
import path from 'node:path';
import type { CorsRule } from '../../persistence/s3/inspect.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Config } from '../config.ts';
import { clockFinding } from './clocks.ts';
import { type Check, type Finding, ok, words, wrong } from './finding.ts';

export const storeCheck = (config: Config, clock: Clock): Check => ({
  check: 'store',
  todo: words('correct TUODI_S3_ENDPOINT, TUODI_S3_BUCKET and their keys', '请更正 TUODI_S3_ENDPOINT、TUODI_S3_BUCKET 及其密钥'),
  look: async (signal) => {
    const { s3_bucket: bucket } = config;
    if (bucket === undefined) return [ok('store', words(path.resolve(config.data_dir, 'objects')))];
    const { inspectBucket } = await import('../../persistence/s3/inspect.ts');
    const { s3_endpoint: endpoint, s3_region: region, s3_access_key: access_key, s3_secret_key: secret_key } = config;
    const before = clock.now();
    const found = await inspectBucket(
      { bucket, endpoint, region, access_key, secret_key, path_style: config.s3_path_style, clock },
      signal,
    );
    const clocks = found.time === null ? [] : [clockFinding(words('the store', '对象存储'), found.time, before, clock.now())];
    if (found.fault !== null)
      return [
        wrong(
          'store',
          words(`${bucket}: ${found.fault}`),
          words(
            'make the bucket, or correct TUODI_S3_BUCKET, TUODI_S3_REGION, TUODI_S3_ENDPOINT and the keys',
            '请建立存储桶，或更正 TUODI_S3_BUCKET、TUODI_S3_REGION、TUODI_S3_ENDPOINT 及密钥',
          ),
        ),
        ...clocks,
      ];
    return [allowed(bucket, found.denied), policyOf(found.is_public), corsOf(config, found.cors), ...clocks];
  },
});

function allowed(bucket: string, denied: string[]): Finding {
  if (denied.length === 0)
    return ok('store', words(`${bucket}: written, read, listed and removed`, `${bucket}：可写、可读、可列、可删`));
  const actions = denied.join(', ');
  return wrong(
    'store',
    words(`${bucket}: our key may not ${actions}`, `${bucket}：当前密钥缺少 ${actions}`),
    words(`allow ${actions} on the bucket`, `请在该存储桶上允许 ${actions}`),
  );
}

function policyOf(is_public: boolean | null): Finding {
  if (is_public === null) return ok('bucket_policy', words('the store does not say', '该存储未提供'));
  if (!is_public) return ok('bucket_policy', words('not public', '未公开'));
  return wrong(
    'bucket_policy',
    words('everybody may read the bucket', '任何人都可读取存储桶'),
    words('remove the public statement of its policy: links are signed', '请移除策略中的公开语句：链接本身已签名'),
  );
}

/** Pages of these origins send files and read pictures by links. */
export function corsOf({ public_url, cors_origins, s3_upload_method }: Config, rules: readonly CorsRule[] | null): Finding {
  const origins = [...(public_url === undefined ? [] : [new URL(public_url).origin]), ...cors_origins];
  if (rules === null) return ok('bucket_cors', words('the store does not say', '该存储未提供'));
  if (origins.length === 0) return ok('bucket_cors', words('no page is served by another address', '没有来自其他地址的页面'));
  const wanted = ['GET', s3_upload_method];
  const lacking = origins.filter((origin) => !wanted.every((method) => rules.some((rule) => allows(rule, origin, method))));
  if (lacking.length === 0) return ok('bucket_cors', words(origins.join(', ')));
  return wrong(
    'bucket_cors',
    words(`pages of ${lacking.join(', ')} may not use it`, `来自 ${lacking.join('、')} 的页面不被允许`),
    words(
      `add a CORS rule to the bucket: ${wanted.join(' and ')} from ${lacking.join(', ')}`,
      `请为存储桶添加 CORS 规则：允许 ${lacking.join('、')} 的 ${wanted.join(' 和 ')}`,
    ),
  );
}
const allows = ({ origins, methods }: CorsRule, origin: string, method: string): boolean =>
  methods.includes(method) && origins.some((given) => isLike(given, origin));
/** A star stands for anything, once. */
function isLike(given: string, origin: string): boolean {
  const [head = '', tail] = given.split('*');
  if (tail === undefined) return given === origin;
  return origin.startsWith(head) && origin.endsWith(tail) && origin.length >= head.length + tail.length;
}
