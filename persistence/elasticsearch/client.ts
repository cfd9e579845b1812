/**
 * Calls to Elasticsearch: each within a time limit, behind a circuit breaker, and failing with what it means for the picture. While it
 * is unavailable (no connection, no answer, 429, 5xx) every failure is PROVIDER_UNAVAILABLE, which spends no attempts.
 */
import { Client, errors, type estypes } from '@elastic/elasticsearch';
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { failureOf } from '../../contract/failures.ts';
import { type Credentials, CredentialsRefused, certificateFault, toldOf, UNWATCHED } from '../../runtime/health/credentials.ts';
import type { Signed } from '../../runtime/health/part-signs.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** Far above a bulk of the largest texts or a search at a million; below what a person or a step waits. */
export const CALL_LIMIT_MS = 30_000;
/** A connection that the server has closed meanwhile is found out by its first use. Every call may be made twice. */
const AGAIN = 1;
/** Failures in a row that mean it is unavailable. */
const BREAK_AFTER = 5;
/** How long nobody asks then; the next one who does is let through alone. */
const ASK_AGAIN_MS = 2_000;
/** Characters of documents in a bulk: what Elasticsearch takes at once without holding up others. One document alone may be larger. */
export const BULK_CHARACTERS = 4_000_000;
/** Maximum characters of a failure in an error: the rest of a response is a stack of causes. */
const DETAIL_CHARS = 500;

export type Elastic = {
  /** Throws ServiceError. */
  call<Answer>(what: (client: Client) => Promise<Answer>): Promise<Answer>;
  reachable(): boolean;
  close(): Promise<void>;
};
/** `api_key`, or `user` and `password`. `ca`: certificates (PEM) that its own is signed by; without it, those of Node. */
export type ElasticOptions = {
  url: string;
  api_key?: string | undefined;
  user?: string | undefined;
  password?: string | undefined;
  ca?: string | undefined;
  credentials?: Credentials;
  call_limit_ms?: number;
  ask_again_ms?: number;
};

export function elasticAt(options: ElasticOptions): Elastic {
  const { url, ca, credentials = UNWATCHED, call_limit_ms = CALL_LIMIT_MS, ask_again_ms = ASK_AGAIN_MS } = options;
  const client = new Client({
    node: url,
    ...authOf(options),
    ...(ca ? { tls: { ca, rejectUnauthorized: true } } : {}),
    requestTimeout: call_limit_ms,
    maxRetries: AGAIN,
  });
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: ask_again_ms,
    breaker: new ConsecutiveBreaker(BREAK_AFTER),
  });
  let closed = false;
  return {
    async call(what) {
      if (closed) throw new Error('the search index is closed');
      return toldOf(credentials, () => breaker.execute(() => what(client)), failed);
    },
    reachable: () => breaker.state === CircuitState.Closed, // half open, one call tries it: nothing is known yet
    async close() {
      closed = true;
      await client.close();
    },
  };
}

function authOf({ api_key, user, password }: ElasticOptions): {
  auth?: { apiKey: string } | { username: string; password: string };
} {
  if (api_key) return { auth: { apiKey: api_key } };
  return user !== undefined && password !== undefined ? { auth: { username: user, password } } : {};
}

/** It does not answer, or says that it can't now. */
function isOutage(error: Error): boolean {
  if (error instanceof errors.ResponseError) return isBusy(error.statusCode ?? 0);
  return error instanceof errors.ElasticsearchClientError;
}
const isBusy = (status: number): boolean => status >= 500 || status === 429 || status === 408;
/** Nothing that a picture could be at fault for: no such index, a closed or blocked one. */
const CLOSED = 'index_closed_exception';
const BLOCKED = 'cluster_block_exception';
const notNow = (status: number, type: string): boolean => isBusy(status) || status === 404 || type === CLOSED || type === BLOCKED;
/** Who we are is not known, or may not do this. */
const isRefused = (status: number, type: string): boolean => status === 401 || (status === 403 && type !== BLOCKED);
const VARIABLES = 'TUODI_ELASTICSEARCH_API_KEY, or TUODI_ELASTICSEARCH_USER and TUODI_ELASTICSEARCH_PASSWORD';

export const unavailable = (detail: string, cause?: unknown): StepError =>
  new StepError(failureOf('PROVIDER_UNAVAILABLE', detail.slice(0, DETAIL_CHARS)), cause);

/** Its disks are full beyond the flood stage, so that it takes no writes: pictures wait, as in any outage. */
class OutOfDisk extends StepError implements Signed {
  readonly part_fault = { state: 'full', code: 'out_of_room' } as const;
  constructor(detail: string, cause: unknown) {
    super(failureOf('PROVIDER_UNAVAILABLE', detail), cause);
  }
}

/** The error of one item of a bulk request, or of a whole call. */
export function refusal(status: number, type: string, reason: string, cause?: unknown): StepError {
  const detail = `Elasticsearch answered ${status} ${type}: ${reason}`.slice(0, DETAIL_CHARS);
  if (isRefused(status, type))
    return new CredentialsRefused(
      `Elasticsearch refuses our credentials (${status} ${type.slice(0, 60)}): correct ${VARIABLES}, or call whoever runs Elasticsearch; it must allow the indexes of TUODI_ELASTICSEARCH_ALIAS to be made, written and read`,
      cause,
    );
  if (type === BLOCKED && /disk usage exceeded|flood-stage/i.test(reason)) return new OutOfDisk(detail, cause);
  return notNow(status, type) ? unavailable(detail, cause) : new StepError(failureOf('INDEX_REFUSED', detail), cause);
}

/** What Elasticsearch says of an error, with its first cause. */
export const whyOf = ({ reason, caused_by }: estypes.ErrorCause): string =>
  [reason, caused_by?.reason].filter(Boolean).join(': ');

function failed(error: unknown): unknown {
  if (error instanceof errors.ResponseError) {
    const body: unknown = error.body;
    return refusal(error.statusCode ?? 0, typeIn(body), error.message, error);
  }
  if (error instanceof BrokenCircuitError)
    return unavailable('Elasticsearch does not answer; it is asked again in a moment', error);
  const certificate = error instanceof errors.ConnectionError ? certificateIn(error) : null;
  if (certificate !== null)
    return new CredentialsRefused(
      `the certificate of Elasticsearch is not trusted (${certificate}): set TUODI_ELASTICSEARCH_CA_FILE to the certificate of its authority, or call whoever runs Elasticsearch`,
      error,
    );
  if (error instanceof errors.ElasticsearchClientError)
    return unavailable(`Elasticsearch: ${error.name} ${error.message}`, error);
  return error;
}

/** The client keeps the text of what the connection failed by, and mostly its cause. */
function certificateIn(error: errors.ConnectionError): string | null {
  const fault = certificateFault(error);
  if (fault !== null) return fault;
  return /self-signed|certificate|altname/i.test(error.message) ? error.message.slice(0, 120) : null;
}

function typeIn(body: unknown): string {
  const error = body && typeof body === 'object' && 'error' in body ? body.error : null;
  return error && typeof error === 'object' && 'type' in error ? String(error.type) : '';
}

/** The kind of error that Elasticsearch named, of a failed call. */
export const causeOf = (error: unknown): string =>
  error instanceof StepError && error.cause instanceof errors.ResponseError ? typeIn(error.cause.body) : '';
