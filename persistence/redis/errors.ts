/** What Redis and its client say when they can't serve, in our words. */
import { CredentialsRefused, certificateFault } from '../../runtime/health/credentials.ts';
import type { Signed } from '../../runtime/health/part-signs.ts';

/** away: no connection, or it loads. refused: it answers, but takes no writes (full, read-only) or does not know us. */
export type Reason = 'away' | 'refused';

/** The codes of `refused` that are about credentials. */
const DENIED = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/** Redis can't do it now; nothing is wrong with what was asked. Holds neither the command nor its arguments: they may be secret. */
export class RedisUnavailable extends Error implements Signed {
  override name = 'RedisUnavailable';
  readonly reason: Reason;
  readonly part_fault: Signed['part_fault'];
  constructor(reason: Reason, detail: string, cause?: CredentialsRefused) {
    super(`Redis ${reason === 'away' ? 'is away' : 'refuses'}: ${detail}`, { cause });
    this.reason = reason;
    this.part_fault = reason === 'away' ? AWAY : /\bOOM\b/.test(detail) ? FULL : NO_WRITES;
  }
}
const AWAY = { state: 'away', code: 'unavailable' } as const;
const FULL = { state: 'full', code: 'out_of_room' } as const;
const NO_WRITES = { state: 'refused', code: 'takes_no_writes' } as const;
export const reasonOf = (error: unknown): Reason | null => (error instanceof RedisUnavailable ? error.reason : null);
export const isUnavailable = (error: unknown): boolean => reasonOf(error) === 'away';

/** The first word of a reply (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors); a script's error has a dash before it. */
const REPLIES: Record<string, Reason> = {
  LOADING: 'away',
  MASTERDOWN: 'away',
  BUSY: 'away',
  NOREPLICAS: 'away',
  CLUSTERDOWN: 'away',
  OOM: 'refused',
  MISCONF: 'refused',
  READONLY: 'refused',
  NOAUTH: 'refused',
  WRONGPASS: 'refused',
  NOPERM: 'refused',
};
const REPLY = new RegExp(`(?:^|-)(${Object.keys(REPLIES).join('|')})\\b`);
const SOCKET = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;
/** What ioredis says itself. */
const CLIENT = /Connection is closed|Command timed out|Stream isn't writeable|max retries per request/i;

/** The messages of older servers, and of servers without a password that are sent one. */
const WRONG_PASSWORD = /ERR (invalid password|AUTH .*called without any password)/i;

function denied(detail: string): RedisUnavailable {
  const translated = new CredentialsRefused(`${detail}, or call whoever runs Redis`);
  return new RedisUnavailable('refused', translated.message, translated);
}

/** As one of ours if it is of that kind, else a plain error: without the command, which the client's errors carry. */
export function unavailable(error: unknown): Error {
  if (error instanceof RedisUnavailable) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  const word = REPLY.exec(error.message)?.[1] ?? '';
  const certificate = certificateFault(error);
  if (DENIED.has(word) || WRONG_PASSWORD.test(error.message))
    return denied(`Redis refuses us (${word || 'WRONGPASS'}): correct user and password in TUODI_REDIS_URL`);
  if (certificate !== null)
    return denied(
      `the certificate of Redis is not trusted (${certificate}): set TUODI_REDIS_CA_FILE to the certificate of its authority`,
    );
  const reply = REPLIES[word];
  if (reply) return new RedisUnavailable(reply, error.message);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (SOCKET.test(code) || SOCKET.test(error.message) || CLIENT.test(error.message))
    return new RedisUnavailable('away', error.message || code);
  const plain = new Error(error.message);
  plain.name = error.name;
  if (error.stack) plain.stack = error.stack;
  return plain;
}
