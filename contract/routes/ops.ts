/** Routes for operators. */
import { z } from 'zod';
import { PatchStep, PausedStep } from '../ops.ts';
import { OpsSummary, StuckList } from '../ops-summary.ts';
import { TaskStatusWords } from '../task-statuses.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING } from './shared.ts';

export const OPS_ROUTES = [
  {
    name: 'ops_summary',
    method: 'GET',
    path: '/v1/ops/summary',
    auth: 'key',
    role: 'operator',
    without_database: true,
    query: NOTHING,
    body: null,
    responses: { 200: OpsSummary },
    waits: false,
    errors: [],
    summary: {
      en: 'The state of the installation at a glance: lag, parts, statuses, steps, workers, jobs. Of all organisations with a key of the installation, else of its own.',
      zh: '总览：延迟、部件、状态、步骤、工作进程与定时作业。带 installation 标记的密钥看到全部组织，否则仅本组织。',
    },
  },
  {
    name: 'metrics',
    method: 'GET',
    path: '/metrics',
    auth: 'key',
    role: 'operator',
    installation: true,
    without_database: true,
    query: NOTHING,
    body: null,
    responses: { 200: { types: ['text/plain'], holds: { en: 'the text format of Prometheus', zh: 'Prometheus 文本格式' } } },
    waits: false,
    errors: [],
    summary: {
      en: 'Metrics of this process for Prometheus: what it has counted, and what the database and the queue say.',
      zh: '供 Prometheus 抓取的本进程指标：自身的计数，以及数据库与队列的情况。',
    },
  },
  {
    name: 'ops_tasks',
    method: 'GET',
    path: '/v1/ops/tasks',
    auth: 'key',
    role: 'operator',
    query: NOTHING,
    body: null,
    responses: { 200: z.object({ items: z.array(TaskStatusWords) }) },
    waits: false,
    errors: [],
    summary: {
      en: 'The statuses of tasks: what each means, what it waits for, and what guards it.',
      zh: '任务的各个状态：含义、等待什么、由谁保障。',
    },
  },
  {
    name: 'ops_stuck',
    method: 'GET',
    path: '/v1/ops/stuck',
    auth: 'key',
    role: 'operator',
    query: NOTHING,
    body: null,
    responses: { 200: StuckList },
    waits: false,
    errors: [],
    summary: {
      en: 'What is stuck: overdue timers that nobody takes up, rows set aside, tasks past half of their time though all they need works. Empty is the promise kept.',
      zh: '停滞的项目：逾期无人处理的定时、被搁置的记录、所需服务正常却已用去一半以上时限的任务。为空即一切正常。',
    },
  },
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
