/** Routes for operators. */
import { PatchStep, PausedStep } from '../ops.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

export const OPS_ROUTES = [
  {
    name: 'patch_step',
    method: 'PATCH',
    path: '/v1/ops/steps/{kind}',
    auth: 'key',
    role: 'operator',
    installation: true,
    query: NOTHING,
    body: { json: PatchStep },
    responses: { 200: PausedStep },
    waits: false,
    errors: ['NOT_FOUND'],
    summary: {
      en: 'Pauses a step in all processes, or lets it go on. What is under way ends; what comes waits, for as long as it takes.',
      zh: '在所有进程中暂停或恢复某一步骤。进行中的会做完，其余一直等待。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
