/** Headers that calls take and return, by what is declared of them. */
import type { RouteDeclaration } from '../routes/route.ts';
import type { Text } from '../statuses.ts';
import type { Parameter, ResponseObject } from './types.ts';

type Language = 'en' | 'zh';
type Header = { name: string; text: Text; on: (route: RouteDeclaration) => boolean };

const REQUEST: Header[] = [
  {
    name: 'Prefer',
    text: {
      en: '`wait=N`: responds when the picture has settled, or after N seconds, at most 30 (RFC 7240)',
      zh: '`wait=N`：图片处理停下来时响应，或至多等待 N 秒（不超过 30 秒，RFC 7240）',
    },
    on: ({ waits }) => waits,
  },
  {
    name: 'Idempotency-Key',
    text: {
      en: '1 to 200 visible ASCII characters: the same request sent again under one key is done once',
      zh: '1 至 200 个可见 ASCII 字符：同一键下重复发送的相同请求只执行一次',
    },
    on: ({ errors }) => errors.includes('IDEMPOTENCY_KEY_REUSED'),
  },
  {
    name: 'If-Match',
    text: {
      en: 'the `ETag` of the picture that this is meant for; 412 if it has changed',
      zh: '所依据的图片 `ETag`；已变化则返回 412',
    },
    on: ({ errors }) => errors.includes('PRECONDITION_FAILED'),
  },
  {
    name: 'If-None-Match',
    text: { en: 'the `ETag` that the client has; 304 if nothing has changed', zh: '客户端已有的 `ETag`；未变化则返回 304' },
    on: ({ responses }) => 304 in responses,
  },
  {
    name: 'Last-Event-ID',
    text: { en: 'the `id` of the last event that was received', zh: '最后收到的事件 `id`' },
    on: ({ name }) => name === 'stream_events',
  },
  { name: 'Range', text: { en: 'one range of bytes', zh: '一个字节范围' }, on: ({ responses }) => 206 in responses },
];

export const headersOf = (route: RouteDeclaration, language: Language): Parameter[] =>
  REQUEST.filter(({ on }) => on(route)).map(({ name, text }) => ({
    ...{ name, in: 'header', required: false, description: text[language], schema: { type: 'string' } },
  }));

type ResponseHeader = { name: string; text: Text; on: (route: RouteDeclaration, status: number) => boolean };
const RESPONSE: ResponseHeader[] = [
  {
    name: 'ETag',
    text: { en: 'names the state, for `If-Match` and `If-None-Match`', zh: '标识当前状态，用于 `If-Match` 与 `If-None-Match`' },
    on: ({ responses }, status) => 304 in responses && status === 200,
  },
  { name: 'Location', text: { en: 'where it is', zh: '其地址' }, on: (_, status) => status === 201 || status === 302 },
  { name: 'Content-Range', text: { en: 'which bytes these are', zh: '所含字节范围' }, on: (_, status) => status === 206 },
];

export function responseHeadersOf(route: RouteDeclaration, status: number, language: Language): ResponseObject['headers'] | null {
  const headers = RESPONSE.filter(({ on }) => on(route, status)).map(({ name, text }) => [
    name,
    { description: text[language], schema: { type: 'string' as const } },
  ]);
  return headers.length > 0 ? Object.fromEntries(headers) : null;
}
