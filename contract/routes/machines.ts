/** Routes about the machines themselves. */
import { z } from 'zod';
import { InstanceState, Machine, MachineName } from '../machines.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

export const MACHINE_ROUTES = [
  {
    name: 'list_machines',
    method: 'GET',
    path: '/v1/machines',
    auth: 'key',
    role: 'viewer',
    query: NOTHING,
    body: null,
    responses: { 200: z.object({ items: z.array(MachineName) }) },
    waits: false,
    errors: [],
    summary: { en: 'The machines that run, each with its version.', zh: '运行中的状态机及其版本。' },
  },
  {
    name: 'get_machine',
    method: 'GET',
    path: '/v1/machines/{machine}',
    auth: 'key',
    role: 'viewer',
    query: NOTHING,
    body: null,
    responses: { 200: Machine },
    waits: false,
    errors: ['NOT_FOUND'],
    summary: {
      en: 'A machine as it runs: states, transitions, how it is drawn, and how many pictures are in each state.',
      zh: '运行中的状态机：状态、转换、图形布局，以及各状态的图片数。',
    },
  },
  {
    name: 'get_resource_machine',
    method: 'GET',
    path: '/v1/resources/{resource_id}/machine',
    auth: 'key',
    role: 'operator',
    query: NOTHING,
    body: null,
    responses: { 200: InstanceState },
    waits: false,
    errors: [],
    summary: {
      en: 'The state of its machine, for operators: active states, context, pending jobs and timers.',
      zh: '其状态机的内部状态（供运维）：活动状态、上下文、未完成的任务与定时器。',
    },
  },
] as const satisfies readonly RouteDeclaration[];
