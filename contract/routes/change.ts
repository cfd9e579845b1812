/** Routes that change a picture: its metadata, its text, and its life as a whole. */
import { z } from 'zod';
import { MetadataPatch } from '../metadata.ts';
import { Reprocess, Resource } from '../resource.ts';
import { CorrectText } from '../text.ts';
import type { RouteDeclaration } from './route.ts';
import { MERGE_PATCH_TYPES, NOTHING } from './shared.ts';

const RemoveQuery = z.strictObject({ purge: z.enum(['true', 'false']).default('false') });

/** Each returns the picture as it is after the change. */
const BY_AN_EDITOR = { auth: 'key', role: 'editor', responses: { 200: Resource }, waits: false } as const;
/** Problems of each event that is sent to a picture. */
const AN_EVENT = ['ILLEGAL_TRANSITION', 'PRECONDITION_FAILED'] as const;

export const CHANGE_ROUTES = [
  {
    name: 'remove_resource',
    method: 'DELETE',
    path: '/v1/resources/{resource_id}',
    ...BY_AN_EDITOR,
    query: RemoveQuery,
    body: null,
    errors: AN_EVENT,
    summary: {
      en: 'Moves it to the trash; with `purge=true`, deletes it for good.',
      zh: '移入回收站；`purge=true` 则彻底删除。',
    },
  },
  {
    name: 'patch_metadata',
    method: 'PATCH',
    path: '/v1/resources/{resource_id}/metadata',
    ...BY_AN_EDITOR,
    query: NOTHING,
    body: { json: MetadataPatch, types: MERGE_PATCH_TYPES },
    errors: AN_EVENT,
    summary: {
      en: 'A JSON merge patch of its metadata; it advances once nothing required is missing.',
      zh: '以 JSON merge patch 修改信息；必填信息齐全后才继续。',
    },
  },
  {
    name: 'patch_text',
    method: 'PATCH',
    path: '/v1/resources/{resource_id}/text',
    ...BY_AN_EDITOR,
    query: NOTHING,
    body: { json: CorrectText },
    errors: AN_EVENT,
    summary: {
      en: "Corrects the text of pages, or goes back to the machine's (`null`); it is indexed again.",
      zh: '更正某些页的文字，或（`null`）恢复为机器识别的文字；随后重新索引。',
    },
  },
  {
    name: 'retry_resource',
    method: 'POST',
    path: '/v1/resources/{resource_id}/retry',
    ...BY_AN_EDITOR,
    query: NOTHING,
    body: null,
    errors: [...AN_EVENT, 'IDEMPOTENCY_KEY_REUSED'],
    summary: {
      en: 'Tries again what failed, from the first step whose result is missing.',
      zh: '从缺少结果的第一步起重试。',
    },
  },
  {
    name: 'reprocess_resource',
    method: 'POST',
    path: '/v1/resources/{resource_id}/reprocess',
    ...BY_AN_EDITOR,
    query: NOTHING,
    body: { json: Reprocess },
    errors: [...AN_EVENT, 'ENGINE_UNAVAILABLE', 'IDEMPOTENCY_KEY_REUSED'],
    summary: {
      en: 'Does it again from `ocr`, `embed` or `index`, by the `engine` that is named; corrections are kept unless `discard_corrections` is true.',
      zh: '从 `ocr`、`embed` 或 `index` 起重新处理，可用 `engine` 指定识别引擎；除非指明 `discard_corrections`，否则保留更正。',
    },
  },
  {
    name: 'restore_resource',
    method: 'POST',
    path: '/v1/resources/{resource_id}/restore',
    ...BY_AN_EDITOR,
    query: NOTHING,
    body: null,
    errors: [...AN_EVENT, 'IDEMPOTENCY_KEY_REUSED'],
    summary: { en: 'Takes it back from the trash, or from having expired.', zh: '从回收站或过期状态恢复。' },
  },
] as const satisfies readonly RouteDeclaration[];
