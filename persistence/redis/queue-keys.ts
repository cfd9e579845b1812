/** The keys of the queue. */
import type { StepKind } from '../../contract/step-kinds.ts';
import type { TaskOwner } from '../../runtime/ports/queue.ts';

export type QueueKeys = ReturnType<typeof queueKeys>;

export function queueKeys(prefix: string) {
  const all = `${prefix}:queue`;
  const of = (kind: StepKind) => `${all}:${kind}:`;
  return {
    waiting: (kind: StepKind) => `${of(kind)}waiting`,
    active: (kind: StepKind) => `${of(kind)}active`,
    expired: (kind: StepKind) => `${of(kind)}expired`,
    bell: (kind: StepKind) => `${of(kind)}bell`,
    organisations: (kind: StepKind) => `${of(kind)}organisations`,
    /** The beginning of the lists of keys and of tasks: TAKE names them by it. */
    of,
    turn(kind: StepKind, { org_id, key_id, user_id }: TaskOwner) {
      const key = key_id ?? user_id;
      return { key, keys: `${of(kind)}keys:${org_id}`, tasks: `${of(kind)}tasks:${org_id}:${key}` };
    },
    retries: `${all}:retries`,
  };
}

/** `n` makes an id new: a task that is being handled may wait again meanwhile. */
export const entryId = (task_id: string, n: number) => `${task_id}-${n}`;
export const taskOf = (entry: string) => entry.slice(0, entry.lastIndexOf('-'));
