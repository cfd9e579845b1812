/** A task's record as it is kept: what is read of it is checked for the shape without which nothing can be done with it. */
import { z } from 'zod';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import { TASK_STATUSES } from '../../contract/task.ts';
import type { TaskRecord } from '../../runtime/ports/tasks.ts';

/** Bytes that no version of this program writes. */
export class UnreadableTask extends Error {}

const Timer = z.looseObject({ event: z.looseObject({ type: z.string() }), due_at: z.number(), token: z.string() });
const Record = z.looseObject({
  ...{ task_id: z.string(), resource_id: z.string(), org_id: z.string(), user_id: z.string(), job_id: z.string() },
  ...{ kind: z.enum(STEP_KINDS), status: z.enum(TASK_STATUSES), ring: z.number(), next_due_at: z.number().nullable() },
  ...{ created_at: z.number(), updated_at: z.number() },
  instance: z.looseObject({
    ...{ machine: z.string(), version: z.string(), seq: z.number() },
    snapshot: z.looseObject({ value: z.union([z.string(), z.looseObject({})]), context: z.looseObject({}), status: z.string() }),
    jobs: z.record(z.string(), z.looseObject({ src: z.string(), token: z.string() })),
    timers: z.record(z.string(), Timer),
  }),
});

/** Throws SyntaxError or UnreadableTask. */
export function readTask(task_id: string, text: string): TaskRecord {
  const record: TaskRecord = JSON.parse(text);
  const { error } = Record.safeParse(record);
  if (error) throw new UnreadableTask(z.prettifyError(error));
  if (record.task_id !== task_id) throw new UnreadableTask(`it is of ${record.task_id}`);
  return record;
}
