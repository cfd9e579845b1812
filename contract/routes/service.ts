/** Routes about the service itself. */
import { z } from 'zod';
import { STATE_NAMES } from '../parts.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

/**
 * checks: each part by its name. ready: this process can serve; what is `degraded` beside that takes pictures longer, or holds them up.
 * detail, since: only for a key that is marked for the installation, since they name addresses.
 */
const Readiness = z.object({
  ready: z.boolean(),
  version: z.string(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), state: z.enum(STATE_NAMES), detail: z.string().optional() })),
  degraded: z.array(z.object({ name: z.string(), detail: z.string().optional(), since: z.iso.datetime().optional() })),
});
export type Readiness = z.infer<typeof Readiness>;

export const SERVICE_ROUTES = [
  {
    name: 'healthz',
    method: 'GET',
    path: '/healthz',
    auth: 'none',
    role: null,
    query: NOTHING,
    body: null,
    responses: { 200: z.object({ status: z.literal('ok') }) },
    waits: false,
    errors: [],
    summary: { en: 'The process lives.', zh: '进程存活。' },
  },
  {
    name: 'readyz',
    method: 'GET',
    path: '/readyz',
    auth: 'none',
    role: null,
    query: NOTHING,
    body: null,
    responses: { 200: Readiness, 503: Readiness },
    waits: false,
    errors: [],
    summary: {
      en: 'This process can serve the API: 200, with the parts that are degraded; 503 while its database is away, or while it stops.',
      zh: '本进程可以提供接口服务：200，并列出受影响的部件；数据库不可用或正在停止时为 503。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
