/** The statuses of a task, with what each waits for and what guards it. */
import { z } from 'zod';
import type { Text } from './statuses.ts';
import type { TaskStatus } from './task.ts';

export type TaskStatusRow = { label: Text; meaning: Text; waits_for: Text; guarded_by: Text };

const NOTHING: Text = { en: 'nothing', zh: '无' };
const REPORTED: Text = {
  en: 'it is reported to its picture and removed; the sweep does so again if that was lost',
  zh: '结果会告知图片，任务随即移除；若丢失则由巡检再次告知',
};

export const TASK_STATUS_ROWS: Record<TaskStatus, TaskStatusRow> = {
  pending: {
    label: { en: 'In line', zh: '排队中' },
    meaning: { en: 'it waits in the queue', zh: '在队列中等待' },
    waits_for: { en: 'a worker with a free place', zh: '有空位的工作进程' },
    guarded_by: {
      en: 'the pass over all jobs, once a minute: a notification that is gone is sent again, and a task that is gone is made again',
      zh: '每分钟一次的全面检查：通知丢失则重发，任务丢失则重建',
    },
  },
  running: {
    label: { en: 'At work', zh: '运行中' },
    meaning: { en: 'a worker or a provider has it', zh: '由工作进程或服务方处理中' },
    waits_for: { en: 'its result', zh: '结果' },
    guarded_by: {
      en: 'a lease (1 minute): then it is asked about; and the deadline of its step',
      zh: '租约（1 分钟）：到期即询问；以及该步骤的期限',
    },
  },
  asking: {
    label: { en: 'Asked about', zh: '查询中' },
    meaning: {
      en: 'it gives no sign of life, or was begun before: the provider, or our own queue, is asked what became of it',
      zh: '没有动静或此前已开始：正在向服务方或自身队列查询进展',
    },
    waits_for: { en: 'the answer', zh: '答复' },
    guarded_by: {
      en: 'a limit of 10 seconds: then it counts as at work, and is asked about again',
      zh: '10 秒时限：之后视为运行中，稍后再查',
    },
  },
  retrying: {
    label: { en: 'Backing off', zh: '等待重试' },
    meaning: { en: 'a run has failed, and another follows after a pause', zh: '一次运行失败，稍候重试' },
    waits_for: { en: 'the end of the pause (2 s to 5 min; 30 s in an outage)', zh: '间隔结束（2 秒至 5 分钟；故障期间 30 秒）' },
    guarded_by: { en: 'its own timer, fired by the sweep', zh: '自身定时，由巡检触发' },
  },
  succeeded: {
    label: { en: 'Done', zh: '已完成' },
    meaning: { en: 'its result is kept with it, since it could not be recorded at once', zh: '结果未能立即入库，暂存于任务' },
    waits_for: { en: 'that its picture takes the result', zh: '图片接收结果' },
    guarded_by: REPORTED,
  },
  failed: {
    label: { en: 'Failed', zh: '已失败' },
    meaning: { en: 'it failed for good: another run would fail as well', zh: '无法完成：重试也不会成功' },
    waits_for: { en: 'that its picture takes the failure', zh: '图片记录失败' },
    guarded_by: REPORTED,
  },
  dead: {
    label: { en: 'Given up', zh: '已放弃' },
    meaning: {
      en: 'its attempts, or the time granted to an outage, are used up: its picture is a dead letter, which a replay sends again',
      zh: '次数或故障等待时间已用尽：图片进入死信，可用 replay 重新执行',
    },
    waits_for: NOTHING,
    guarded_by: REPORTED,
  },
};

/** In the language of the reader. */
export const TaskStatusWords = z
  .object({
    status: z.string(),
    label: z.string(),
    meaning: z.string(),
    waits_for: z.string(),
    guarded_by: z.string(),
    words: z.record(
      z.enum(['en', 'zh']),
      z.object({ label: z.string(), meaning: z.string(), waits_for: z.string(), guarded_by: z.string() }),
    ),
  })
  .meta({ id: 'TaskStatusWords' });
export type TaskStatusWords = z.infer<typeof TaskStatusWords>;
