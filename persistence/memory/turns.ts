/** Tasks that wait, in turns: of organisations one after the other, within one of its keys, and of a key first come, first served. */
import type { TaskOwner } from '../../runtime/ports/queue.ts';

export type Turns = {
  readonly size: number;
  has(task_id: string): boolean;
  /** When the longest waiting one was added; null: none waits. */
  readonly oldest_at: number | null;
  /** A task that waits already keeps its place. `at`: ms since the epoch. */
  add(task_id: string, owner: TaskOwner, at: number): void;
  /**
   * The next task that is none of `except`, of an owner that `may`, taken out; its organisation and key go behind all others. null: none.
   * Looks at each owner once, and at no more tasks than there are in `except`.
   */
  next(except: ReadonlyMap<string, unknown>, may: (owner: Turn) => boolean): { task_id: string; owner: Turn } | null;
  /** The newest task of the organisation with the most, taken out, if that has more than `org_id`: so that one who fills the queue leaves room. */
  dropFor(org_id: string): boolean;
};

/** `key`: by which turns are taken within an organisation, since all keys of it may be of one user; the user where it is not known. */
export type Turn = { org_id: string; key: string };
export const turnOf = ({ org_id, key_id, user_id }: TaskOwner): Turn => ({ org_id, key: key_id ?? user_id });
type Organisation = { keys: Map<string, Set<string>>; waiting: number };

/** Maps keep the order in which they were filled: who had a turn is taken out and put in again, at the end. */
export function turnsOf(): Turns {
  const organisations = new Map<string, Organisation>();
  /** In the order in which they were added. */
  const owners = new Map<string, Turn & { at: number }>();

  function remove(task_id: string): void {
    const owner = owners.get(task_id);
    const organisation = owner && organisations.get(owner.org_id);
    const tasks = organisation?.keys.get(owner?.key ?? '');
    if (!owner || !organisation || !tasks) return;
    owners.delete(task_id);
    tasks.delete(task_id);
    organisation.waiting -= 1;
    if (tasks.size === 0) organisation.keys.delete(owner.key);
    if (organisation.waiting === 0) organisations.delete(owner.org_id);
  }
  function toTheEnd({ org_id, key }: Turn): void {
    const organisation = organisations.get(org_id);
    const tasks = organisation?.keys.get(key);
    if (!organisation) return;
    if (tasks) {
      organisation.keys.delete(key);
      organisation.keys.set(key, tasks);
    }
    organisations.delete(org_id);
    organisations.set(org_id, organisation);
  }
  return {
    get size() {
      return owners.size;
    },
    get oldest_at() {
      const [oldest] = owners.values();
      return oldest?.at ?? null;
    },
    has: (task_id) => owners.has(task_id),
    add(task_id, owner, at) {
      if (owners.has(task_id)) return;
      const { org_id, key } = turnOf(owner);
      const organisation = organisations.get(org_id) ?? { keys: new Map<string, Set<string>>(), waiting: 0 };
      const tasks = organisation.keys.get(key) ?? new Set<string>();
      organisations.set(org_id, organisation);
      organisation.keys.set(key, tasks.add(task_id));
      organisation.waiting += 1;
      owners.set(task_id, { org_id, key, at });
    },
    next(except, may) {
      for (const [org_id, { keys }] of organisations)
        for (const [key, tasks] of keys) {
          const owner = { org_id, key };
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
      const [max] = [...organisations].sort(([, a], [, b]) => b.waiting - a.waiting);
      if (!max || max[1].waiting <= (organisations.get(org_id)?.waiting ?? 0)) return false;
      const [newest] = [...max[1].keys.values()].map((tasks) => [...tasks].at(-1)).slice(-1);
      if (newest === undefined) return false;
      remove(newest);
      return true;
    },
  };
}
