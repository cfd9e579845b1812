/** Bytes that are no HTTP request, or hardly one, as they are sent. */
import type { Bad } from './hostile.ts';

const socket = (name: string, said: string, answer: Partial<Bad> = {}): Bad => ({
  name: `socket: ${name}`,
  method: '',
  path: '',
  socket: said,
  status: 400,
  code: 'BAD_REQUEST',
  ...answer,
});
const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;
const HOST = 'Host: x';

export const BAD_SOCKETS: Bad[] = [
  socket('garbage', 'hello\r\n\r\n'),
  socket('binary', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n'),
  socket('HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  socket('another protocol', lines('GET / SPDY/3')),
  socket('HTTP/9.9', lines('GET /healthz HTTP/9.9', HOST)),
  socket('no method', lines('/healthz HTTP/1.1', HOST)),
  socket('an invented method', lines('FETCH /healthz HTTP/1.1', HOST)),
  socket('a method in lower case', lines('get /healthz HTTP/1.1', HOST)),
  socket('a space in the address', lines('GET /health z HTTP/1.1', HOST)),
  socket('a header without a colon', lines('GET /healthz HTTP/1.1', HOST, 'nonsense')),
  socket('a header with a space in its name', lines('GET /healthz HTTP/1.1', HOST, 'X Y: 1')),
  socket('a NUL in a header', lines('GET /healthz HTTP/1.1', HOST, 'X: a\u0000b')),
  socket('no Host', lines('GET /healthz HTTP/1.1', 'Connection: close')),
  socket('two lengths', `${lines('POST /v1/resources HTTP/1.1', HOST, 'Content-Length: 3', 'Content-Length: 4')}abcd`),
  socket(
    'a length and chunks',
    `${lines('POST /v1/resources HTTP/1.1', HOST, 'Content-Length: 3', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
  ),
  socket('a length that is none', lines('POST /v1/resources HTTP/1.1', HOST, 'Content-Length: many')),
  socket('a negative length', lines('POST /v1/resources HTTP/1.1', HOST, 'Content-Length: -5')),
  socket('an absolute address that is none', lines('GET http://[::1 HTTP/1.1', HOST, 'Connection: close')),
  socket('a tunnel', lines('CONNECT example.com:443 HTTP/1.1', HOST), { status: 405, code: 'METHOD_NOT_ALLOWED' }),
  socket('the whole server', lines('OPTIONS * HTTP/1.1', HOST, 'Connection: close'), { status: 404, code: 'NOT_FOUND' }),
  socket(
    'a bad chunk',
    `${lines('POST /v1/resources HTTP/1.1', HOST, 'Authorization: Bearer {a}', 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n`,
  ),
  socket(
    '500 headers of 100 bytes',
    lines('GET /healthz HTTP/1.1', HOST, ...Array.from({ length: 500 }, (_, n) => `X-${n}: ${'x'.repeat(100)}`)),
    {
      status: 431,
      code: 'HEADERS_TOO_LARGE',
    },
  ),
];
