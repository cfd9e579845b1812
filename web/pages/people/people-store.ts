/** People, keys and usage, as the service has them: read when the page opens, and after each order. */
import { createStore } from '@xstate/store-react';
import type { AccessKey, UsageOfQuota, User } from '../../../contract/people.ts';
import { api } from '../../api/api.ts';
import { isUnreachable, Refused } from '../../api/refused.ts';
import { order as orderThen } from '../../stores/order.ts';
import { mayDo } from '../../stores/session.ts';

/** secret: a link or a key that is shown once; of: whose. */
export type Secret = { kind: 'link' | 'key'; text: string; of: string };
export const people = createStore({
  context: {
    usage: null as UsageOfQuota | null,
    users: null as User[] | null,
    keys: null as AccessKey[] | null,
    secret: null as Secret | null,
    failed: null as string | null,
  },
  on: {
    read: (context, read: { usage: UsageOfQuota; users: User[]; keys: AccessKey[] }) => ({
      ...context,
      ...{ usage: read.usage, users: read.users, keys: read.keys, failed: null },
    }),
    failed: (context, { why }: { why: string }) => ({ ...context, failed: why }),
    secret: (context, { secret }: { secret: Secret | null }) => ({ ...context, secret }),
  },
});

export async function readPeople(): Promise<void> {
  try {
    if (!mayDo('admin')) return;
    const [usage, users, keys] = await Promise.all([api.get_usage({}), api.list_users({}), api.list_keys({})]);
    people.trigger.read({ usage: usage.body, users: users.body.items, keys: keys.body.items });
  } catch (error) {
    if (isUnreachable(error)) return; // the note under the bar says so
    if (!(error instanceof Refused)) throw error;
    people.trigger.failed({ why: error.message });
  }
}

/** What an administrator orders. */
export const order = (work: () => Promise<unknown>): Promise<boolean> => orderThen(work, readPeople);

/** Shown once. */
export const showLink = (login_url: string, of: string): void =>
  people.trigger.secret({ secret: { kind: 'link', text: login_url, of } });
