/** Every call of the API, as data: the server is wired from this table, and the documents are made from it. */
import type { Text } from './statuses.ts';

/**
 * auth: what the caller must show. `key`: an API key; `key_or_link`: that, or a signature made for this call; `link`: a signature;
 * `token`: what the service was configured with; `none`: nothing. waits: takes `Prefer: wait=N`. path: of RFC 6570, where `{+key}` may hold slashes. Every GET takes HEAD as well.
 */
export type RouteRow = {
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  auth: 'key' | 'key_or_link' | 'link' | 'token' | 'none';
  waits: boolean;
} & Text;

/** In the order in which paths are tried: a fixed path stands before one that a parameter would match too. */
export const ROUTES = [
  {
    name: 'create_resource',
    method: 'POST',
    path: '/v1/resources',
    auth: 'key',
    waits: true,
    en: 'Begins a picture: as JSON, answered with an upload link, or in one call as a form with the file.',
    zh: '新建图片：以 JSON 请求则返回上传链接；也可用表单一次提交文件。',
  },
  {
    name: 'list_resources',
    method: 'GET',
    path: '/v1/resources',
    auth: 'key',
    waits: false,
    en: 'Lists pictures, filtered, a page at a time.',
    zh: '按条件分页列出图片。',
  },
  {
    name: 'count_resources',
    method: 'GET',
    path: '/v1/resources/counts',
    auth: 'key',
    waits: false,
    en: 'Counts pictures by phase and status, with the filters of the list.',
    zh: '按阶段与状态计数，条件与列表相同。',
  },
  {
    name: 'get_resource',
    method: 'GET',
    path: '/v1/resources/{resource_id}',
    auth: 'key',
    waits: true,
    en: 'One picture as it is now.',
    zh: '查看一张图片的当前状态。',
  },
  {
    name: 'remove_resource',
    method: 'DELETE',
    path: '/v1/resources/{resource_id}',
    auth: 'key',
    waits: false,
    en: 'Moves it to the trash; with `purge=true`, deletes it for good.',
    zh: '移入回收站；`purge=true` 则彻底删除。',
  },
  {
    name: 'issue_upload_link',
    method: 'POST',
    path: '/v1/resources/{resource_id}/upload-url',
    auth: 'key',
    waits: false,
    en: 'A fresh upload link, while the bytes are awaited.',
    zh: '等待上传期间，重新发放上传链接。',
  },
  {
    name: 'report_upload',
    method: 'POST',
    path: '/v1/resources/{resource_id}/uploaded',
    auth: 'key_or_link',
    waits: true,
    en: 'The uploader says it is done; the service looks for itself.',
    zh: '上传者表示已完成，服务自行核实。',
  },
  {
    name: 'patch_metadata',
    method: 'PATCH',
    path: '/v1/resources/{resource_id}/metadata',
    auth: 'key',
    waits: false,
    en: 'A JSON merge patch of its metadata; it advances once nothing required is missing.',
    zh: '以 JSON merge patch 修改信息；必填信息齐全后才继续。',
  },
  {
    name: 'get_content',
    method: 'GET',
    path: '/v1/resources/{resource_id}/content',
    auth: 'key',
    waits: false,
    en: 'The picture itself: a redirect to a signed link.',
    zh: '原图：跳转到签名链接。',
  },
  {
    name: 'get_preview',
    method: 'GET',
    path: '/v1/resources/{resource_id}/preview',
    auth: 'key_or_link',
    waits: false,
    en: 'The upright picture, smaller, as WebP.',
    zh: '摆正并缩小的 WebP 预览图。',
  },
  {
    name: 'get_text',
    method: 'GET',
    path: '/v1/resources/{resource_id}/text',
    auth: 'key',
    waits: false,
    en: 'The text read off it with the place of each word, or as a person corrected it.',
    zh: '识别出的文字及每个词的位置，或人工更正后的文字。',
  },
  {
    name: 'list_history',
    method: 'GET',
    path: '/v1/resources/{resource_id}/history',
    auth: 'key',
    waits: false,
    en: 'All that ever happened to it, oldest first.',
    zh: '它的全部历史，从最早开始。',
  },
  {
    name: 'retry_resource',
    method: 'POST',
    path: '/v1/resources/{resource_id}/retry',
    auth: 'key',
    waits: false,
    en: 'Tries again what failed, from the first step whose result is missing.',
    zh: '从缺少结果的第一步起重试。',
  },
  {
    name: 'restore_resource',
    method: 'POST',
    path: '/v1/resources/{resource_id}/restore',
    auth: 'key',
    waits: false,
    en: 'Takes it back from the trash, or from having expired.',
    zh: '从回收站或过期状态恢复。',
  },
  {
    name: 'search',
    method: 'GET',
    path: '/v1/search',
    auth: 'key',
    waits: false,
    en: 'Finds pictures by their text and metadata; an empty `q` lists the newest. By relevance: the best 400, then the others by newest. Following `next_cursor`, nothing that is found all the while is shown twice or missed.',
    zh: '按文字与信息搜索图片；`q` 为空则按最新列出。按相关度时：先列最相关的 400 张，其余按最新。沿 `next_cursor` 翻页期间，始终符合条件的图片不会重复，也不会遗漏。',
  },
  {
    name: 'stream_events',
    method: 'GET',
    path: '/v1/events',
    auth: 'key',
    waits: false,
    en: 'What happens to pictures, as it happens (server-sent events); goes on after `Last-Event-ID`.',
    zh: '图片动态的实时事件流（SSE）；可用 `Last-Event-ID` 续传。',
  },
  {
    name: 'take_storage_events',
    method: 'POST',
    path: '/v1/storage-events',
    auth: 'token',
    waits: false,
    en: 'An S3 store tells of uploads by itself; only where it was given a token.',
    zh: 'S3 存储自行通知上传；仅在配置了令牌时可用。',
  },
  {
    name: 'take_callback',
    method: 'POST',
    path: '/v1/callbacks/{resource_id}/{task_id}',
    auth: 'link',
    waits: false,
    en: "A provider's result, signed by Standard Webhooks; the same one twice changes nothing.",
    zh: '服务方回传的结果，按 Standard Webhooks 签名；重复提交不产生任何变化。',
  },
  {
    name: 'put_object',
    method: 'PUT',
    path: '/objects/{+key}',
    auth: 'link',
    waits: false,
    en: 'Upload links of the embedded store lead here.',
    zh: '内置存储的上传链接指向此处。',
  },
  {
    name: 'get_object',
    method: 'GET',
    path: '/objects/{+key}',
    auth: 'link',
    waits: false,
    en: 'Read links of the embedded store lead here; takes `Range`.',
    zh: '内置存储的读取链接指向此处；支持 `Range`。',
  },
  {
    name: 'healthz',
    method: 'GET',
    path: '/healthz',
    auth: 'none',
    waits: false,
    en: 'The process lives.',
    zh: '进程存活。',
  },
  {
    name: 'readyz',
    method: 'GET',
    path: '/readyz',
    auth: 'none',
    waits: false,
    en: 'It can do its work: 200, or 503 with what is not ready.',
    zh: '可以正常工作：200；否则 503 并列出未就绪项。',
  },
] as const satisfies readonly RouteRow[];

export type RouteName = (typeof ROUTES)[number]['name'];
/** The names of the routes with this auth. */
export type RouteNameOf<Auth extends RouteRow['auth']> = Extract<(typeof ROUTES)[number], { auth: Auth }>['name'];
