/**
 * Calls to Elasticsearch: each within a time limit, behind a circuit breaker, and failing with what it means for the picture. While it
 * is away (no connection, no answer, 429, 5xx) every failure is PROVIDER_UNAVAILABLE, which spends no attempts.
 */
import { Client, errors } from '@elastic/elasticsearch';
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { failureOf } from '../../contract/failures.ts';
import { ServiceError } from '../../runtime/service.ts';

/** Far above a bulk of the largest texts or a search at a million; below what a person or a step waits. */
export const CALL_LIMIT_MS = 30_000;
/** A connection that the server has closed meanwhile is found out by its first use. Every call may be made twice. */
const AGAIN = 1;
/** Failures in a row that mean it is away. */
const BREAK_AFTER = 5;
/** How long nobody asks then; the next one who does is let through alone. */
const ASK_AGAIN_MS = 2_000;
/** Of what a failure tells: the rest of an answer is a stack of causes. */
const DETAIL_CHARS = 500;

export type Elastic = {
  /** Throws ServiceError. */
  call<Answer>(what: (client: Client) => Promise<Answer>): Promise<Answer>;
  reachable(): boolean;
  close(): Promise<void>;
};
export type ElasticOptions = { url: string; api_key?: string; call_limit_ms?: number; ask_again_ms?: number };

export function elasticAt({ url, api_key, call_limit_ms = CALL_LIMIT_MS, ask_again_ms = ASK_AGAIN_MS }: ElasticOptions): Elastic {
  const client = new Client({
    node: url,
    ...(api_key ? { auth: { apiKey: api_key } } : {}),
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
      try {
        return await breaker.execute(() => what(client));
      } catch (error) {
        throw failed(error);
      }
    },
    reachable: () => breaker.state === CircuitState.Closed, // half open, one call tries it: nothing is known yet
    async close() {
      closed = true;
      await client.close();
    },
  };
}

/** It does not answer, or says that it can't now. */
function isOutage(error: Error): boolean {
  if (error instanceof errors.ResponseError) return isBusy(error.statusCode ?? 0);
  return error instanceof errors.ElasticsearchClientError;
}
const isBusy = (status: number): boolean => status >= 500 || status === 429 || status === 408;
/** Nothing that a picture could be at fault for: no key, no such index, a closed or blocked one. */
const CLOSED = 'index_closed_exception';
const notNow = (status: number, type: string): boolean =>
  isBusy(status) || status === 401 || status === 403 || status === 404 || type === CLOSED;

export const unavailable = (detail: string, cause?: unknown): ServiceError =>
  new ServiceError(failureOf('PROVIDER_UNAVAILABLE', detail.slice(0, DETAIL_CHARS)), cause);

/** Of one item of a bulk, or of a whole call. */
export function refusal(status: number, type: string, reason: string, cause?: unknown): ServiceError {
  const said = `Elasticsearch answered ${status} ${type}: ${reason}`.slice(0, DETAIL_CHARS);
  return notNow(status, type) ? unavailable(said, cause) : new ServiceError(failureOf('INDEX_REFUSED', said), cause);
}

function failed(error: unknown): unknown {
  if (error instanceof errors.ResponseError) {
    const said: unknown = error.body;
    return refusal(error.statusCode ?? 0, typeIn(said), error.message, error);
  }
  if (error instanceof BrokenCircuitError)
    return unavailable('Elasticsearch does not answer; it is asked again in a moment', error);
  if (error instanceof errors.ElasticsearchClientError)
    return unavailable(`Elasticsearch: ${error.name} ${error.message}`, error);
  return error;
}

function typeIn(body: unknown): string {
  const error = body && typeof body === 'object' && 'error' in body ? body.error : null;
  return error && typeof error === 'object' && 'type' in error ? String(error.type) : '';
}

/** The kind of error that Elasticsearch named, of a failed call. */
export const causeOf = (error: unknown): string =>
  error instanceof ServiceError && error.cause instanceof errors.ResponseError ? typeIn(error.cause.body) : '';
