/** Routes that read pictures: one, many, how many, and what each holds. */
import { z } from 'zod';
import { Explanation } from '../explain.ts';
import { PREVIEWS } from '../object-keys.ts';
import { CountResources, Counts, HistoryItem, HistoryPage, ListResources, ListTags, Resource, Tags } from '../resource.ts';
import { TextAnswer } from '../text.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING, pageOf } from './shared.ts';

/** size: the longest side, in pixels. page: from 1. turned: degrees clockwise; as it was read unless given. */
const PreviewQuery = z.strictObject({
  size: z.enum(PREVIEWS.map(({ size }) => size)).default('1600'),
  page: z.int().min(1).max(10_000).default(1),
  turned: z.enum(['0', '90', '180', '270']).optional(),
});
/** q: a search, of which it is told which words the picture lacks. */
const ExplainQuery = z.strictObject({ q: z.string().min(1).max(500).optional() });
const TextQuery = z.strictObject({ format: z.enum(['json', 'txt']).default('json') });

export const READ_ROUTES = [
  {
    name: 'list_resources',
    method: 'GET',
    path: '/v1/resources',
    auth: 'key',
    role: 'viewer',
    query: ListResources,
    body: null,
    responses: { 200: pageOf(Resource) },
    waits: false,
    errors: ['BAD_CURSOR'],
    summary: {
      en: 'Lists pictures, filtered, a page at a time; those that are gone only where `phase` or `status` asks for them.',
      zh: '按条件分页列出图片；已移除的仅在 `phase` 或 `status` 指明时列出。',
    },
  },
  {
    name: 'count_resources',
    method: 'GET',
    path: '/v1/resources/counts',
    auth: 'key',
    role: 'viewer',
    query: CountResources,
    body: null,
    responses: { 200: Counts },
    waits: false,
    errors: [],
    summary: {
      en: 'Counts pictures by phase and status, with the filters of the list.',
      zh: '按阶段与状态计数，条件与列表相同。',
    },
  },
  {
    name: 'list_tags',
    method: 'GET',
    path: '/v1/tags',
    auth: 'key',
    role: 'viewer',
    query: ListTags,
    body: null,
    responses: { 200: Tags },
    waits: false,
    errors: [],
    summary: {
      en: 'Tags that begin with `prefix`, whatever its case, the most frequent first, each with how many pictures have it.',
      zh: '以 `prefix` 开头的标签（不分大小写），按使用次数从多到少，并附图片数。',
    },
  },
  {
    name: 'get_resource',
    method: 'GET',
    path: '/v1/resources/{resource_id}',
    auth: 'key',
    role: 'viewer',
    query: NOTHING,
    body: null,
    responses: { 200: Resource, 304: null },
    waits: true,
    errors: ['TOO_MANY_WAITS'],
    summary: { en: 'One picture as it is now.', zh: '查看一张图片的当前状态。' },
  },
  {
    name: 'get_content',
    method: 'GET',
    path: '/v1/resources/{resource_id}/content',
    auth: 'key',
    role: 'viewer',
    query: NOTHING,
    body: null,
    responses: { 302: null },
    waits: false,
    errors: [],
    summary: { en: 'The picture itself: a redirect to a signed link.', zh: '原图：跳转到签名链接。' },
  },
  {
    name: 'get_preview',
    method: 'GET',
    path: '/v1/resources/{resource_id}/preview',
    auth: 'key_or_link',
    role: 'viewer',
    query: PreviewQuery,
    body: null,
    responses: {
      200: { types: ['image/webp'], holds: { en: 'the page, upright, in this size', zh: '该页摆正后的预览图' } },
      304: null,
    },
    waits: false,
    errors: [],
    summary: {
      en: 'A page of the upright picture (`page`; the first by default), smaller, as WebP; turned as it was read, or by `turned` degrees clockwise.',
      zh: '摆正并缩小的 WebP 预览图；`page` 指定页，默认首页。方向与识别时一致，也可用 `turned` 指定顺时针角度。',
    },
  },
  {
    name: 'get_text',
    method: 'GET',
    path: '/v1/resources/{resource_id}/text',
    auth: 'key',
    role: 'viewer',
    query: TextQuery,
    body: null,
    responses: {
      200: { types: ['text/plain'], holds: { en: 'the text of all pages', zh: '全部页的文字' }, json: TextAnswer },
      304: null,
    },
    waits: false,
    errors: [],
    summary: {
      en: 'The text read off it with the place of each word, or as a person corrected it. With `format=txt` plain text, its pages separated by form feeds.',
      zh: '识别出的文字及每个词的位置，或人工更正后的文字。`format=txt` 返回纯文本，各页以换页符分隔。',
    },
  },
  {
    name: 'list_history',
    method: 'GET',
    path: '/v1/resources/{resource_id}/history',
    auth: 'key',
    role: 'viewer',
    query: HistoryPage,
    body: null,
    responses: { 200: pageOf(HistoryItem) },
    waits: false,
    errors: ['BAD_CURSOR'],
    summary: { en: 'All that ever happened to it, oldest first.', zh: '它的全部历史，从最早开始。' },
  },
  {
    name: 'explain_resource',
    method: 'GET',
    path: '/v1/resources/{resource_id}/explain',
    auth: 'key',
    role: 'viewer',
    query: ExplainQuery,
    body: null,
    responses: { 200: Explanation },
    waits: false,
    errors: [],
    summary: {
      en: 'Why it can or cannot be found: each fact checked at this moment, pending jobs, and what would make it move.',
      zh: '为何能或不能搜到：逐项当场核查，并说明未尽事项与如何推进。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
