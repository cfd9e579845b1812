/** Answers to what is no request: written to the socket as they are, since there is nothing else to write them with. */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEMS, Problem } from '../../contract/problems.ts';
import { PROBLEM_TYPE, problemBody } from './to-response.ts';

/** Answers and ends; only closes where an answer is under way already, or nobody is there to read it. See `Lingering` for what comes after. */
export function respondRaw(socket: Duplex, problem: Problem, given: { request_id: string; busy: boolean }): void {
  if (given.busy || !socket.writable) {
    socket.destroy();
    return;
  }
  const { body, headers } = closing(problem, given.request_id);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.code.replaceAll('_', ' ')}\r\n${lines.join('')}\r\n${body}`);
}

/** As the answer to a request that is not looked at further; the connection is closed after it. */
export function respondPlain(res: ServerResponse, problem: Problem, request_id: string): void {
  const { body, headers } = closing(problem, request_id);
  res.writeHead(problem.status, headers).end(body);
}

function closing(problem: Problem, request_id: string): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify(problemBody(problem, 'en', request_id));
  const headers = {
    ...problem.headers,
    'content-type': PROBLEM_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-request-id': request_id,
    'cache-control': 'no-store',
    connection: 'close',
  };
  return { body, headers };
}

/** What Node's parser could not take, as a problem; null when the connection itself broke. */
export function parserProblem(error: Error & { code?: string }): Problem | null {
  if (isReset(error)) return null;
  const code = PARSER_CODES[error.code ?? ''] ?? 'BAD_REQUEST';
  return new Problem(code, { en: PROBLEMS[code].title.en, zh: PROBLEMS[code].title.zh }, { cause: error });
}
/** Whether a connection was reset or closed by its other end. */
export const isReset = ({ code }: { code?: unknown }): boolean => code === 'ECONNRESET' || code === 'EPIPE';

const PARSER_CODES: Record<string, 'HEADERS_TOO_LARGE' | 'REQUEST_TIMEOUT' | undefined> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

export const noTunnel = (): Problem =>
  new Problem(
    'METHOD_NOT_ALLOWED',
    { en: 'This is no proxy: CONNECT is not taken.', zh: '这不是代理，不支持 CONNECT。' },
    { headers: { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } },
  );
