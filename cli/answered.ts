/** A request to a service that may not be there: an error that names it, and why. */
import type { Text } from '../contract/statuses.ts';
import { WordedError } from './errors.ts';

/** The service does not answer; `origin`: scheme, host and port. */
export class NoAnswer extends WordedError {
  override name = 'NoAnswer';
  readonly code = 'NO_ANSWER';
  constructor(origin: string, cause: { code: string; message: string }, options: ErrorOptions) {
    const why = CAUSES[cause.code] ?? { en: cause.message, zh: cause.message };
    super(
      {
        en: `the service at ${origin} does not answer any more (${[why.en, cause.code].filter(Boolean).join(', ')}); run the same command again once it is there`,
        zh: `服务 ${origin} 已不再响应（${[why.zh, cause.code].filter(Boolean).join('，')}）；待其恢复后，请再次运行同一命令`,
      },
      options,
    );
  }
}
const BROKEN: Text = { en: 'the connection was broken', zh: '连接中断' };
const UNKNOWN_HOST: Text = { en: 'no such host is known', zh: '找不到该主机' };
const UNREACHABLE: Text = { en: 'no way leads there', zh: '网络不可达' };
const TOO_SLOW: Text = { en: 'it took too long', zh: '等待超时' };
const CAUSES: Record<string, Text | undefined> = {
  ECONNREFUSED: { en: 'nothing listens there', zh: '该地址无服务监听' },
  ECONNRESET: BROKEN,
  EPIPE: BROKEN,
  UND_ERR_SOCKET: BROKEN,
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: TOO_SLOW,
  UND_ERR_CONNECT_TIMEOUT: TOO_SLOW,
  UND_ERR_HEADERS_TIMEOUT: TOO_SLOW,
  UND_ERR_BODY_TIMEOUT: TOO_SLOW,
};

/** A file changed or went while it was being sent. */
export class FileChanged extends WordedError {
  override name = 'FileChanged';
  readonly code = 'FILE_CHANGED';
  constructor(options: ErrorOptions) {
    super(
      { en: 'it changed while it was being sent; run the same command again', zh: '发送期间文件被更改；请再次运行同一命令' },
      options,
    );
  }
}

/** What `send` returns; its errors of the network as NoAnswer, and of a file that can't be read any more as FileChanged. */
export async function answered<Value>(origin: string, send: () => Promise<Value>): Promise<Value> {
  try {
    return await send();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    if (isNotReadable(error) || isNotReadable(cause)) throw new FileChanged({ cause: error });
    const network =
      networkCause(cause) ?? (isOfFetch(error) && cause instanceof Error ? { code: '', message: cause.message } : null);
    throw network ? new NoAnswer(origin, network, { cause: error }) : error;
  }
}
const isNotReadable = (error: unknown): boolean => error instanceof Error && error.name === 'NotReadableError';
/** undici's own word for whatever kept a request from being sent or answered. */
const isOfFetch = (error: unknown): boolean => error instanceof TypeError && error.message === 'fetch failed';
function networkCause(cause: unknown): { code: string; message: string } | null {
  if (!(cause instanceof Error)) return null;
  if ('code' in cause && typeof cause.code === 'string') return { code: cause.code, message: cause.message };
  return networkCause(cause.cause);
}
