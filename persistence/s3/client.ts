/** The SDK's clients as the store needs them, and what a call of them is bounded by. */
import { createHash } from 'node:crypto';
import { DeleteObjectsCommand, type DeleteObjectsCommandInput, S3Client } from '@aws-sdk/client-s3';
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen, TaskCancelledError } from 'cockatiel';
import type { Clock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { type Credentials, toldOf, UNWATCHED } from '../../runtime/health/credentials.ts';
import { isOutage, s3Fault } from './faults.ts';
import type { S3Limits } from './limits.ts';

export type ClientOptions = {
  /** Of MinIO, Ceph, R2, OSS …; AWS itself needs none. */
  endpoint?: string | undefined;
  region: string;
  /** Both or none; without them the SDK's own chain is asked: the environment, a profile, the machine's role. */
  access_key?: string | undefined;
  secret_key?: string | undefined;
  path_style: boolean;
};

export function clientOf({ endpoint, region, access_key, secret_key, path_style }: ClientOptions, limits: S3Limits): S3Client {
  if ((access_key === undefined) !== (secret_key === undefined))
    throw new Error('of access key and secret key one is missing: set TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY, or neither');
  const given = access_key !== undefined && secret_key !== undefined;
  return new S3Client({
    region,
    forcePathStyle: path_style,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(given ? { credentials: { accessKeyId: access_key, secretAccessKey: secret_key } } : {}),
    maxAttempts: limits.attempts,
    // What the SDK adds by default, a CRC32 in each link and behind each stream, many stores and all browsers can't do. The SHA-256 of
    // each body that we send is in its signature, and a store that checks signatures checks it.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: limits.connect_ms,
      socketTimeout: limits.silence_ms,
      httpAgent: { keepAlive: true, maxSockets: limits.connections },
      httpsAgent: { keepAlive: true, maxSockets: limits.connections },
    },
  });
}

/** DeleteObjects with Content-MD5, which older stores insist on; the SDK sends a CRC32 instead. As the SDK's MD5_FALLBACK.md says. */
export function deleteObjects(input: DeleteObjectsCommandInput): DeleteObjectsCommand {
  const command = new DeleteObjectsCommand(input);
  command.middlewareStack.add(
    (next) => (args) => {
      const request: unknown = args.request;
      if (!isRequest(request)) throw new Error('a request with headers and a body was expected');
      for (const name of Object.keys(request.headers)) if (/^x-amz-(sdk-)?checksum-/i.test(name)) delete request.headers[name];
      request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      return next(args);
    },
    { step: 'build', name: 'contentMd5', priority: 'low' },
  );
  return command;
}
const isRequest = (request: unknown): request is { headers: Record<string, string>; body: string | Uint8Array } =>
  typeof request === 'object' && request !== null && 'headers' in request && 'body' in request;

/** One call to the store. `doing`: what a person reads behind "cannot". Errors of `work` are translated. */
export type Call = <Answer>(doing: string, work: (signal: AbortSignal) => Promise<Answer>, moves?: 'bytes') => Promise<Answer>;

/** Calls bounded in time, behind one breaker: while the store is unavailable it is left alone, and each call says so at once. */
export function calling(
  store: string,
  clock: Clock,
  limits: S3Limits,
  credentials: Credentials = UNWATCHED,
): { call: Call; reachable(): boolean } {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: limits.half_open_after_ms,
    breaker: new ConsecutiveBreaker(limits.failures_to_open),
  });
  const late = () => new TaskCancelledError('no answer in time');
  return {
    call: async (doing, work, moves) => {
      const limit_ms = moves ? limits.move_ms : limits.ask_ms;
      const bounded = () => breaker.execute(() => withTimeout({ clock, limit_ms, onTimeout: late }, work));
      return toldOf(credentials, bounded, (error) => s3Fault(error, doing, store));
    },
    reachable: () => breaker.state === CircuitState.Closed, // half open, one call tries it: nothing is known yet
  };
}

/** What the parts of the adapter work with. */
export type Store = {
  client: S3Client;
  bucket: string;
  call: Call;
  clock: Clock;
  limits: S3Limits;
  /** Told of what is let be. */
  log: (event: string, detail: object) => void;
};
