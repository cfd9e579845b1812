/** What an object store may answer, in words that say what to do. */
import { BrokenCircuitError, TaskCancelledError } from 'cockatiel';
import { failureOf } from '../../contract/failures.ts';
import { CredentialsRefused } from '../../runtime/health/credentials.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/**
 * What an error of the SDK says of itself. The error is read, and never passed on: it holds the request, and with it the signature,
 * where a log would find them.
 */
export type StoreError = { name: string; status: number | null; code: string | null; message: string };

const FULL = /^(XMinioStorageFull|QuotaExceeded|InsufficientStorage|NoSpace)/;
/** By name, which tells more, or else by status. Each is for an operator to mend, and no fault of a picture. */
const ADVICE: Record<string, string> = {
  InvalidAccessKeyId: 'the store does not know the access key: check TUODI_S3_ACCESS_KEY',
  SignatureDoesNotMatch: 'the secret key is not that of the access key: check TUODI_S3_SECRET_KEY',
  ExpiredToken: 'the credentials have expired: renew them',
  CredentialsProviderError:
    'there are no credentials: set TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY, or give the machine a role',
  RequestTimeTooSkewed: 'the clocks of the store and of this machine differ by too much: set them',
  NoSuchBucket: 'the bucket is not there: make it, or correct TUODI_S3_BUCKET',
  PermanentRedirect: 'the bucket is in another region: correct TUODI_S3_REGION',
  AuthorizationHeaderMalformed: 'the store is in another region: correct TUODI_S3_REGION',
  403: 'access is denied: allow this key s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload, s3:ListBucket and s3:ListBucketMultipartUploads on the bucket',
};
const KEYS = 'check TUODI_S3_ACCESS_KEY and TUODI_S3_SECRET_KEY';
const UNREACHABLE = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN', 'ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_SOCKET'],
]);
const BUSY = new Set(['SlowDown', 'RequestTimeout', 'TimeoutError', 'Throttling', 'ThrottlingException', 'TooManyRequests']);

export function storeErrorOf(error: unknown): StoreError {
  if (!(error instanceof Error)) return { name: 'Unknown', status: null, code: null, message: String(error) };
  const { name, message } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const metadata: unknown = '$metadata' in error ? error.$metadata : null;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : null;
  return { name, code, message, status: typeof status === 'number' ? status : null };
}

export const isMissing = (error: unknown): boolean => {
  const { name, status } = storeErrorOf(error);
  return status === 404 && name !== 'NoSuchBucket';
};
export const isNamed = (error: unknown, ...names: string[]): boolean => names.includes(storeErrorOf(error).name);

/** It is about who we are. */
const isRefused = ({ name, status }: StoreError): boolean =>
  REFUSED.has(name) || status === 401 || (status === 403 && !OF_PLACE.has(name));
/** Refused with 403 too: a clock that is wrong, a bucket elsewhere. */
const OF_PLACE = new Set(['RequestTimeTooSkewed', 'PermanentRedirect', 'AuthorizationHeaderMalformed']);
const REFUSED = new Set([
  ...['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken', 'InvalidToken', 'AccessDenied'],
  ...['CredentialsProviderError', 'UnauthorizedAccess', 'AccountProblem', 'NotSignedUp'],
]);

/** Why the store is of no use just now, to any call; null if it answered, or if the fault is not its own. */
function outage(fault: StoreError): string | null {
  const { name, status, code } = fault;
  const advice = ADVICE[name] ?? (status === null ? undefined : ADVICE[status]);
  if (advice !== undefined) return advice;
  if (code !== null && UNREACHABLE.has(code)) return `it cannot be reached (${code})`;
  if (BUSY.has(name) || status === 429) return `it asks for fewer requests, or answers too late (${name})`;
  if (status !== null && status >= 500) return `it answers ${status} (${name})`;
  return null;
}
export const isOutage = (error: unknown): boolean =>
  error instanceof TaskCancelledError ||
  (!isFull(storeErrorOf(error)) && (isRefused(storeErrorOf(error)) || outage(storeErrorOf(error)) !== null));
const isFull = ({ name, status }: StoreError) => FULL.test(name) || status === 507;

/** The error as it is reported: never the SDK's own. `store`: its address and bucket. */
export function s3Fault(error: unknown, doing: string, store: string): Error {
  if (error instanceof StepError) return error;
  if (error instanceof BrokenCircuitError)
    return unavailable(doing, store, 'it did not answer before, and is left alone for a moment');
  if (error instanceof TaskCancelledError) return unavailable(doing, store, 'it gave no answer in time');
  const fault = storeErrorOf(error);
  if (isFull(fault))
    return new StepError(failureOf('STORAGE_FULL', `cannot ${doing}: ${store} is full: make room (${fault.name})`));
  const why = outage(fault);
  if (isRefused(fault))
    return new CredentialsRefused(
      `${store} refuses our credentials (${[fault.status, fault.name].filter(Boolean).join(' ')}): ${why ?? KEYS}; or call whoever runs the store`,
    );
  if (why !== null) return unavailable(doing, store, why);
  const { name, status, message } = fault;
  return new Error(`cannot ${doing}: ${store} answered ${[status, name].filter(Boolean).join(' ')}: ${message.slice(0, 300)}`);
}
const unavailable = (doing: string, store: string, why: string) =>
  new StepError(failureOf('PROVIDER_UNAVAILABLE', `cannot ${doing} at ${store}: ${why}`));
