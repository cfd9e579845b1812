/** What `doctor` says of a bucket: it writes one small object below `doctor/`, reads it, and removes it. */
import {
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { Clock } from '../../runtime/async/clock.ts';
import { type ClientOptions, clientOf } from './client.ts';
import { storeErrorOf } from './faults.ts';
import { S3_LIMITS } from './limits.ts';

export type CorsRule = { origins: string[]; methods: string[] };
/**
 * `fault`: why the bucket can't be used, null if it can. `denied`: actions that the key may not do. `is_public`, `cors`: null where the
 * store does not say. `time`: of the store, epoch milliseconds.
 */
export type BucketInspection = {
  fault: string | null;
  denied: string[];
  is_public: boolean | null;
  cors: CorsRule[] | null;
  time: number | null;
};

type Options = ClientOptions & { bucket: string; clock: Clock };

/** Never rejects for what the store answers: a fault is in words that hold no signature. */
export async function inspectBucket(options: Options, abortSignal: AbortSignal): Promise<BucketInspection> {
  const { bucket: Bucket, clock } = options;
  const client = clientOf(options, { ...S3_LIMITS, attempts: 1 });
  const held: { time: number | null } = { time: null };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      held.time = dateOf(result.response) ?? held.time;
      return result;
    },
    { step: 'deserialize', name: 'dateOfStore', priority: 'high' },
  );
  const Key = `doctor/${clock.randomUuid()}`;
  const does: Record<string, () => Promise<unknown>> = {
    's3:PutObject': () => client.send(new PutObjectCommand({ Bucket, Key, Body: 'tuodi doctor' }), { abortSignal }),
    's3:GetObject': () =>
      client.send(new GetObjectCommand({ Bucket, Key }), { abortSignal }).then(({ Body }) => Body?.transformToString()),
    's3:ListBucket': () => client.send(new ListObjectsV2Command({ Bucket, Prefix: 'doctor/', MaxKeys: 1 }), { abortSignal }),
    's3:DeleteObject': () => client.send(new DeleteObjectCommand({ Bucket, Key }), { abortSignal }),
  };
  try {
    const fault = await client.send(new HeadBucketCommand({ Bucket }), { abortSignal }).then(() => null, faultOf);
    if (fault !== null) return { fault, denied: [], is_public: null, cors: null, time: held.time };
    const denied: string[] = [];
    for (const [action, work] of Object.entries(does)) await work().catch(() => denied.push(action));
    const policy = await client.send(new GetBucketPolicyStatusCommand({ Bucket }), { abortSignal }).catch(() => null);
    const cors = await client.send(new GetBucketCorsCommand({ Bucket }), { abortSignal }).then(
      ({ CORSRules = [] }) =>
        CORSRules.map((rule) => ({ origins: rule.AllowedOrigins ?? [], methods: rule.AllowedMethods ?? [] })),
      (error: unknown) => (storeErrorOf(error).name === 'NoSuchCORSConfiguration' ? [] : null),
    );
    return { fault: null, denied, is_public: policy?.PolicyStatus?.IsPublic ?? null, cors, time: held.time };
  } finally {
    client.destroy();
  }
}

function faultOf(error: unknown): string {
  const { name, status, code } = storeErrorOf(error);
  if (status === 404) return 'the bucket is not there';
  if (status === 403) return 'access to the bucket is denied';
  if (status === 301 || status === 400) return `the bucket is in another region, or at another address (${status})`;
  return `the store does not answer (${[name, code].filter(Boolean).join(' ')})`;
}

function dateOf(response: unknown): number | null {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return null;
  const { headers } = response;
  const date =
    typeof headers === 'object' && headers !== null && 'date' in headers ? Date.parse(String(headers.date)) : Number.NaN;
  return Number.isNaN(date) ? null : date;
}
