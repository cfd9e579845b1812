/** Routes of the inbox: what waits for a person, and one change of many pictures. */
import { z } from 'zod';
import { BulkAnswer, BulkChange } from '../bulk.ts';
import { GroupResources, ResourceGroups } from '../groups.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

export const INBOX_ROUTES = [
  {
    name: 'group_resources',
    method: 'GET',
    path: '/v1/resources/groups',
    auth: 'key',
    role: 'viewer',
    query: GroupResources,
    body: null,
    responses: { 200: z.object({ items: ResourceGroups }) },
    waits: false,
    errors: [],
    summary: {
      en: 'Pictures that wait for a person, the largest group first, each with what helps: by what metadata they lack (`missing`), or by what has failed (`failure`).',
      zh: '等待人处理的图片，数量最多的组在前，并说明处理办法：按所缺信息（`missing`）或按失败原因（`failure`）分组。',
    },
  },
  {
    name: 'change_resources',
    method: 'POST',
    path: '/v1/resources/bulk',
    auth: 'key',
    role: 'editor',
    query: NOTHING,
    body: { json: BulkChange },
    responses: { 200: BulkAnswer },
    waits: false,
    errors: ['BAD_CURSOR', 'ENGINE_UNAVAILABLE', 'IDEMPOTENCY_KEY_REUSED'],
    summary: {
      en: 'One change of up to 500 pictures, by their ids or by a filter: `retry`, `reprocess`, `trash`, `restore` or `patch`. Each is answered for itself, in order.',
      zh: '一次更改最多 500 张图片，按编号或筛选条件：`retry`、`reprocess`、`trash`、`restore` 或 `patch`。逐张按顺序给出结果。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
