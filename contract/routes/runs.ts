/** Routes of operators: dead letters, and long work. */
import { z } from 'zod';
import { DeadLetterGroups, ListDeadLetters } from '../dead-letters.ts';
import { Finding, ListFindings, ListRuns, Run, RunAnswer, StartRun } from '../runs.ts';
import type { RouteDeclaration } from './route.ts';
import { NOTHING, pageOf } from './shared.ts';

const BY_AN_OPERATOR = { auth: 'key', role: 'operator', waits: false } as const;

export const RUN_ROUTES = [
  {
    name: 'list_dead_letters',
    method: 'GET',
    path: '/v1/ops/dead-letters',
    ...BY_AN_OPERATOR,
    query: ListDeadLetters,
    commas: ['group'],
    body: null,
    responses: { 200: z.object({ items: DeadLetterGroups }) },
    errors: [],
    summary: {
      en: 'Pictures of which a step, or their removal, was given up: in groups by step and code, the largest first, each with what helps.',
      zh: '某一步骤或移除已放弃的图片：按步骤与代码分组，数量最多的在前，并说明处理办法。',
    },
  },
  {
    name: 'start_run',
    method: 'POST',
    path: '/v1/ops/runs',
    ...BY_AN_OPERATOR,
    query: NOTHING,
    body: { json: StartRun },
    responses: { 202: RunAnswer },
    errors: ['RUN_UNDER_WAY', 'IDEMPOTENCY_KEY_REUSED'],
    summary: {
      en: 'Begins long work, or goes on with the same work where it was stopped. With a key that is marked for the installation it is of all organisations.',
      zh: '发起长时间作业；同样的作业若曾停止，则从原处继续。使用带 installation 标记的密钥时，作业涉及所有组织。',
    },
  },
  {
    name: 'list_runs',
    method: 'GET',
    path: '/v1/ops/runs',
    ...BY_AN_OPERATOR,
    query: ListRuns,
    body: null,
    responses: { 200: pageOf(Run) },
    errors: ['BAD_CURSOR'],
    summary: {
      en: 'Long work, the newest first, each with its first findings.',
      zh: '列出长时间作业，最新的在前，并附最初的发现。',
    },
  },
  {
    name: 'get_run',
    method: 'GET',
    path: '/v1/ops/runs/{run_id}',
    ...BY_AN_OPERATOR,
    query: NOTHING,
    body: null,
    responses: { 200: RunAnswer },
    errors: ['NOT_FOUND'],
    summary: { en: 'One run as it is now, with its first findings.', zh: '查看一个作业的当前状态及最初的发现。' },
  },
  {
    name: 'stop_run',
    method: 'DELETE',
    path: '/v1/ops/runs/{run_id}',
    ...BY_AN_OPERATOR,
    query: NOTHING,
    body: null,
    responses: { 200: RunAnswer },
    errors: ['NOT_FOUND'],
    summary: {
      en: 'Stops a run at its next step; what it has done stays. One that has ended stays as it is.',
      zh: '在下一步停止作业，已完成的部分保留。已结束的作业保持不变。',
    },
  },
  {
    name: 'list_findings',
    method: 'GET',
    path: '/v1/ops/runs/{run_id}/findings',
    ...BY_AN_OPERATOR,
    query: ListFindings,
    body: null,
    responses: { 200: pageOf(Finding) },
    errors: ['BAD_CURSOR', 'NOT_FOUND'],
    summary: { en: 'All that a run has found, in order.', zh: '按顺序列出作业的全部发现。' },
  },
] as const satisfies readonly RouteDeclaration[];
