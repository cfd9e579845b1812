/** Routes that stores and providers call, and the addresses of the embedded store's signed links. */
import { z } from 'zod';
import { boundedArray } from '../bounded.ts';
import { Id } from '../resource.ts';
import type { RouteDeclaration } from './route.ts';
import { JSON_TYPES, NOTHING } from './shared.ts';

/** Maximum records of one notification: stores send one or a few; each is a commit. */
const MAX_RECORDS = 1_000;
/** AWS' event message structure 2.x, which the others follow. Unknown fields are theirs to add; a test message has no Records. */
export const StorageNotification = z.object({
  Records: boundedArray(
    z.object({
      eventName: z.string().max(200).optional(),
      s3: z.object({ bucket: z.object({ name: z.string().max(200) }), object: z.object({ key: z.string().max(4_096) }) }),
    }),
    { max: MAX_RECORDS },
  ).default([]),
});
export type StorageNotification = z.infer<typeof StorageNotification>;

/** Addresses of an earlier version have no query: they are refused as any other that we did not give out. */
const CallbackQuery = z.strictObject({
  order: z.int().min(0).default(0),
  signature: z.string().max(100).default(''),
});
/** What is checked here; the rest is the provider's, and read by its parser. */
export const CallbackBody = z.looseObject({ task_id: Id });
/** told: to the job that waits for it; kept: nobody waits for it now; known: it was here before. */
const CallbackOutcome = z.object({ outcome: z.enum(['told', 'kept', 'known']) });

export const INBOUND_ROUTES = [
  {
    name: 'take_storage_events',
    method: 'POST',
    path: '/v1/storage-events',
    auth: 'token',
    role: null,
    query: NOTHING,
    body: { streamed: JSON_TYPES, schema: StorageNotification },
    responses: { 204: null },
    waits: false,
    errors: ['UNAUTHENTICATED', 'NOT_FOUND'],
    summary: {
      en: 'An S3 store reports uploads by itself; only where it was given a token.',
      zh: 'S3 存储自行通知上传；仅在配置了令牌时可用。',
    },
  },
  {
    name: 'take_callback',
    method: 'POST',
    path: '/v1/callbacks/{resource_id}/{task_id}',
    auth: 'link',
    role: null,
    query: CallbackQuery,
    body: { streamed: JSON_TYPES, schema: CallbackBody },
    responses: { 200: CallbackOutcome },
    waits: false,
    errors: ['UNAUTHENTICATED'],
    summary: {
      en: "A provider's result, signed by Standard Webhooks; the same one twice changes nothing.",
      zh: '服务方回传的结果，按 Standard Webhooks 签名；重复提交不产生任何变化。',
    },
  },
  {
    name: 'put_object',
    method: 'PUT',
    path: '/objects/{+key}',
    auth: 'link',
    role: null,
    query: 'signed',
    body: { streamed: ['*/*'] },
    responses: { 200: z.object({ byte_size: z.int(), sha256: z.string() }) },
    waits: false,
    errors: ['NOT_FOUND'],
    summary: { en: 'Upload links of the embedded store lead here.', zh: '内置存储的上传链接指向此处。' },
  },
  {
    name: 'get_object',
    method: 'GET',
    path: '/objects/{+key}',
    auth: 'link',
    role: null,
    query: 'signed',
    body: null,
    responses: {
      200: { types: ['*/*'], holds: { en: 'the file', zh: '文件' } },
      206: { types: ['*/*'], holds: { en: 'the range of the file', zh: '文件的该范围' } },
      304: null,
    },
    waits: false,
    errors: ['NOT_FOUND', 'RANGE_NOT_SATISFIABLE'],
    summary: {
      en: 'Read links of the embedded store lead here; takes `Range`.',
      zh: '内置存储的读取链接指向此处；支持 `Range`。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
