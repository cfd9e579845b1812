/** Routes that find pictures, and follow what happens to them. */
import { SearchAnswer, SearchRequest } from '../search.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

export const FIND_ROUTES = [
  {
    name: 'search',
    method: 'GET',
    path: '/v1/search',
    auth: 'key',
    role: 'viewer',
    query: SearchRequest,
    commas: ['facets'],
    body: null,
    responses: { 200: SearchAnswer },
    waits: false,
    errors: ['BAD_CURSOR'],
    summary: {
      en: 'Finds pictures by their text and metadata; an empty `q` lists the newest. What has all of what was typed comes first; where that is little, what has it nearly, a part of it, or its meaning follows, and says so in `match`. By relevance: the best 400, then the others by newest. Following `next_cursor`, nothing that is found all the while is shown twice or missed.',
      zh: '按文字与信息搜索图片；`q` 为空则按最新列出。先列全部符合的图片；结果不足时，依次列出近似、部分符合、语义相近的，并在 `match` 中注明。按相关度时：先列最相关的 400 张，其余按最新。沿 `next_cursor` 翻页期间，始终符合条件的图片不会重复，也不会遗漏。',
    },
  },
  {
    name: 'stream_events',
    method: 'GET',
    path: '/v1/events',
    auth: 'key',
    role: 'viewer',
    query: NOTHING,
    body: null,
    responses: {
      200: {
        types: ['text/event-stream'],
        holds: {
          en: 'server-sent events: `id` is a position, `event` a type, `data` an envelope {id, type, timestamp, data}; `reset` means that earlier events are no longer kept',
          zh: 'SSE 事件：`id` 为位置，`event` 为类型，`data` 为 {id, type, timestamp, data}；`reset` 表示更早的事件已不再保留',
        },
      },
    },
    waits: false,
    errors: ['TOO_MANY_EVENT_READERS'],
    summary: {
      en: 'What happens to pictures, as it happens (server-sent events); goes on after `Last-Event-ID`.',
      zh: '图片动态的实时事件流（SSE）；可用 `Last-Event-ID` 续传。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
