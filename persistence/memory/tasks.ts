/** Tasks in memory: what a process knows of its own work. It dies with the process, as Redis may: the same recovery. */
import { createStore } from '@xstate/store';
import type { TaskRecord, Tasks } from '../../runtime/ports/tasks.ts';

/** One small store a task: a store of all of them would copy all at each write. */
const storeOf = (task: TaskRecord) =>
  createStore({ context: { task }, on: { replaced: (_, event: { task: TaskRecord }) => ({ task: event.task }) } });
type TaskStore = ReturnType<typeof storeOf>;

export function memoryTasks(): Tasks {
  const stores = new Map<string, TaskStore>();
  /** By task: when the sweep looks next. Kept apart, so that a claim leaves the record alone. */
  const due = new Map<string, number>();
  let epoch: string | null = null;

  const taskOf = (store: TaskStore) => store.getSnapshot().context.task;
  const keepTime = ({ task_id, next_due_at }: TaskRecord) => {
    if (next_due_at === null) due.delete(task_id);
    else due.set(task_id, next_due_at);
  };
  return {
    async create(task) {
      if (stores.has(task.task_id)) return false;
      stores.set(task.task_id, storeOf(task));
      keepTime(task);
      return true;
    },
    async get(task_id) {
      const store = stores.get(task_id);
      return store ? taskOf(store) : null;
    },
    async replace(task, expected_seq) {
      const store = stores.get(task.task_id);
      if (!store || taskOf(store).instance.seq !== expected_seq) return false;
      store.send({ type: 'replaced', task });
      keepTime(task);
      return true;
    },
    async remove(task_id) {
      stores.delete(task_id);
      due.delete(task_id);
    },
    async claimDue({ now, until, limit, versions }) {
      const claimed: TaskRecord[] = [];
      for (const [task_id, at] of due) {
        if (claimed.length >= limit) break;
        const store = stores.get(task_id);
        if (at > now || !store || !versions.includes(taskOf(store).instance.version)) continue;
        due.set(task_id, until);
        claimed.push(taskOf(store));
      }
      return claimed;
    },
    async list({ kind, status, limit }) {
      const found: TaskRecord[] = [];
      for (const store of stores.values()) {
        if (found.length >= limit) break;
        const task = taskOf(store);
        if ((!kind || task.kind === kind) && (!status || task.status === status)) found.push(task);
      }
      return found;
    },
    epoch: async () => epoch,
    async setEpoch(begun_with) {
      epoch = begun_with;
    },
    async close() {
      stores.clear();
      due.clear();
    },
  };
}
