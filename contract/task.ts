/** A task: one run of one step for one resource. Transient. */
import { z } from 'zod';

export const TASK_STATUSES = ['pending', 'running', 'succeeded', 'retrying', 'asking', 'failed', 'dead'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** As operators see it. */
export const Task = z
  .object({
    task_id: z.string(),
    resource_id: z.string(),
    user_id: z.string(),
    org_id: z.string(),
    kind: z.string(),
    status: z.enum(TASK_STATUSES),
    attempt: z.int(),
    provider_job_id: z.string().nullable(),
    failure: z.unknown(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    lease_until: z.iso.datetime().nullable(),
    give_up_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;
