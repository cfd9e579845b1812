/** Routes about the service itself. */
import { z } from 'zod';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

/** detail, since: only for a key that is marked for the installation, since they name addresses. */
const Readiness = z.object({
  ready: z.boolean(),
  version: z.string(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
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
      en: 'It can do its work: 200, or 503 with what is not ready.',
      zh: '可以正常工作：200；否则 503 并列出未就绪项。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
