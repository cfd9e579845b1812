/** Tasks that wait, in turns: of organisations one after the other, within one of its users, and of a user first come, first served. */
import type { TaskOwner } from '../../runtime/ports.ts';

export type Turns = {
  readonly size: number;
  has(task_id: string): boolean;
  /** A task that waits already keeps its place. */
  add(task_id: string, owner: TaskOwner): void;
  /**
   * The next task that is none of `except`, of an owner that `may`, taken out; its organisation and user go behind all others. null: none.
   * Looks at each owner once, and at no more tasks than there are in `except`.
   */
  next(except: ReadonlyMap<string, unknown>, may: (owner: TaskOwner) => boolean): { task_id: string; owner: TaskOwner } | null;
  /** The newest task of the organisation with the most, taken out, if that has more than `org_id`: so that one who fills the queue leaves room. */
  dropFor(org_id: string): boolean;
};

type Organisation = { users: Map<string, Set<string>>; waiting: number };

/** Maps keep the order in which they were filled: who had a turn is taken out and put in again, at the end. */
export function turnsOf(): Turns {
  const organisations = new Map<string, Organisation>();
  const owners = new Map<string, TaskOwner>();

  function remove(task_id: string): void {
    const owner = owners.get(task_id);
    const organisation = owner && organisations.get(owner.org_id);
    const tasks = organisation?.users.get(owner?.user_id ?? '');
    if (!owner || !organisation || !tasks) return;
    owners.delete(task_id);
    tasks.delete(task_id);
    organisation.waiting -= 1;
    if (tasks.size === 0) organisation.users.delete(owner.user_id);
    if (organisation.waiting === 0) organisations.delete(owner.org_id);
  }
  function toTheEnd({ org_id, user_id }: TaskOwner): void {
    const organisation = organisations.get(org_id);
    const tasks = organisation?.users.get(user_id);
    if (!organisation) return;
    if (tasks) {
      organisation.users.delete(user_id);
      organisation.users.set(user_id, tasks);
    }
    organisations.delete(org_id);
    organisations.set(org_id, organisation);
  }
  return {
    get size() {
      return owners.size;
    },
    has: (task_id) => owners.has(task_id),
    add(task_id, owner) {
      if (owners.has(task_id)) return;
      const { org_id, user_id } = owner;
      const organisation = organisations.get(org_id) ?? { users: new Map<string, Set<string>>(), waiting: 0 };
      const tasks = organisation.users.get(user_id) ?? new Set<string>();
      organisations.set(org_id, organisation);
      organisation.users.set(user_id, tasks.add(task_id));
      organisation.waiting += 1;
      owners.set(task_id, owner);
    },
    next(except, may) {
      for (const [org_id, { users }] of organisations)
        for (const [user_id, tasks] of users) {
          const owner = { org_id, user_id };
          if (!may(owner)) continue;
          for (const task_id of tasks) {
            if (except.has(task_id)) continue;
            remove(task_id);
            toTheEnd(owner);
            return { task_id, owner };
          }
        }
      return null;
    },
    dropFor(org_id) {
      const [most] = [...organisations].sort(([, a], [, b]) => b.waiting - a.waiting);
      if (!most || most[1].waiting <= (organisations.get(org_id)?.waiting ?? 0)) return false;
      const [newest] = [...most[1].users.values()].map((tasks) => [...tasks].at(-1)).slice(-1);
      if (newest === undefined) return false;
      remove(newest);
      return true;
    },
  };
}
