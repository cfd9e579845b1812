/** The bytes in a bucket of S3, or of any store that speaks its language: MinIO, Ceph, R2, OSS. Several processes may use it at once. */
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { type Credentials, refusalIn } from '../../runtime/health/credentials.ts';
import type { ObjectHead, Objects } from '../../runtime/ports/objects.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { foldersOf, segmentsOf } from '../shared/object-keys.ts';
import { type ClientOptions, calling, clientOf, type Store } from './client.ts';
import { storeErrorOf } from './faults.ts';
import { freeze } from './freeze.ts';
import { S3_LIMITS, type S3Limits } from './limits.ts';
import { linksOf } from './links.ts';
import { headOf, newest, pageAfter, read } from './read.ts';
import { removeBelow } from './remove.ts';
import { put } from './write.ts';

/** How long a start waits for the store; then it is opened as one that does not answer. */
const START_LIMIT_MS = 5_000;
class StillSilent extends Error {}

export type S3Options = ClientOptions & {
  bucket: string;
  /** What links begin with, where their holders reach the store by another address than we do. */
  public_endpoint?: string | undefined;
  /** POST: a form, whose size the store bounds. PUT: for stores that have no forms. */
  upload_method: 'POST' | 'PUT';
  clock: Clock;
  credentials?: Credentials;
  log?: Store['log'];
  limits?: Partial<S3Limits>;
};

/** The store can't be used as it is configured: its text says what to do. */
export class StoreMisconfigured extends Error {
  override name = 'StoreMisconfigured';
}

/** Throws StoreMisconfigured when the bucket is not there or not ours. A store that does not answer opens: it may come back. */
export async function openS3Objects(options: S3Options): Promise<Objects> {
  const { bucket, endpoint, public_endpoint, upload_method, clock, log = () => {} } = options;
  const limits = { ...S3_LIMITS, ...options.limits };
  const client = clientOf(options, limits);
  const links = public_endpoint === undefined ? client : clientOf({ ...options, endpoint: public_endpoint }, limits);
  const { call, reachable } = calling(
    `the bucket ${bucket}${endpoint ? ` at ${endpoint}` : ''}`,
    clock,
    limits,
    options.credentials,
  );
  const store: Store = { client, bucket, call, clock, limits, log };
  const close = async () => {
    client.destroy();
    links.destroy();
  };
  try {
    const late = () => new StillSilent(`no answer within ${START_LIMIT_MS} ms`);
    const bounds = { clock, limit_ms: START_LIMIT_MS, onTimeout: late };
    const problem = await withTimeout(bounds, () => bucketProblem(store)).catch((error: unknown) => {
      if (!(error instanceof StillSilent)) throw error;
      log('the object store does not answer yet', { err: error });
      return null;
    });
    if (problem !== null) throw new StoreMisconfigured(problem);
  } catch (error) {
    await close();
    throw error;
  }
  const freezing = new Map<string, Promise<ObjectHead | null>>();
  return {
    ...linksOf({ client: links, bucket, method: upload_method, clock, limits }),
    put: async (key, body, max_bytes) => put(store, checked(key), body, max_bytes),
    head: async (key) => headOf(store, checked(key)),
    read: async (key, range) => read(store, checked(key), range),
    freeze: async (from, to) => {
      checked(from);
      // Two at once in this process are one.
      const running = freezing.get(checked(to)) ?? freeze(store, from, to).finally(() => freezing.delete(to));
      freezing.set(to, running);
      return running;
    },
    page: async (prefix, after, limit) => {
      if (prefix !== '') foldersOf(prefix);
      return pageAfter(store, prefix, after, limit);
    },
    list: async (prefix, limit) => {
      if (prefix !== '') foldersOf(prefix.endsWith('/') ? prefix : `${prefix}/`);
      return newest(store, prefix, limit);
    },
    removePrefix: async (prefix) => {
      foldersOf(prefix);
      await removeBelow(store, prefix);
    },
    reachable,
    close,
  };
}

function checked(key: string): string {
  segmentsOf(key);
  return key;
}

/** Why the bucket can't be used, and what to do; null if it can, or if it does not respond just now. */
async function bucketProblem({ client, bucket, call, log }: Store): Promise<string | null> {
  try {
    return await call('look at it', async (abortSignal) => {
      try {
        await client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal });
        return null;
      } catch (error) {
        const { name, status } = storeErrorOf(error); // of a HEAD: there is no body that says more
        if (status === 404) return `the bucket ${bucket} is not there: make it, or correct TUODI_S3_BUCKET`;
        if (status === 301 || status === 400)
          return `the bucket ${bucket} is not in this region, or not at this address (${status} ${name}): correct TUODI_S3_REGION and TUODI_S3_ENDPOINT`;
        if (status === 403)
          return `access to the bucket ${bucket} is denied: check TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY, and that the bucket is this key's`;
        if (name === 'CredentialsProviderError')
          return 'there are no credentials for S3: set TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY, or give this machine a role';
        throw error;
      }
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const refusal = refusalIn(error);
    if (refusal !== null) return refusal;
    log('the object store does not answer yet', { err: error });
    return null;
  }
}
