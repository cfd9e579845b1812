/** Who looks: the answer of `/v1/me`, and the exchange of a link for a session. */
import { createStore } from '@xstate/store-react';
import { hasRole, type Role } from '../../contract/roles.ts';
import { isUnreachable, Refused } from '../api/refused.ts';
import { exchange, type Me, me, signOut } from '../api/session.ts';
import { after } from '../world.ts';
import { connection } from './connection.ts';

export type { Me } from '../api/session.ts';

/** asking: not known yet; out: no session; ended: there was one; refused: the link was used or is too old. */
type Status = 'asking' | 'away' | 'in' | 'out' | 'ended' | 'refused';

export const session = createStore({
  context: { status: 'asking' as Status, me: null as Me | null },
  on: {
    known: (_, { me }: { me: Me }) => ({ status: 'in' as Status, me }),
    none: (context, { status }: { status: Exclude<Status, 'in'> }) => ({ ...context, status }),
  },
});

/** A token after `#` is exchanged and taken out of the address, whatever comes of it, so that nobody finds it in the history. */
export async function enter(): Promise<void> {
  const token = tokenOf(location.hash);
  if (token !== null) {
    history.replaceState(history.state, '', location.pathname + location.search);
    if (await exchangeToken(token)) return;
  }
  await look();
}

/** A link, or what stands after its `#`. null: neither. */
export function tokenOf(text: string): string | null {
  const last = text.trim().replace(/^.*#/, '');
  return /^[\w-]{16,200}(\.[\w-]{1,200})?$/.test(last) ? last : null;
}

/** Whether it is settled: signed in, or refused. */
export async function exchangeToken(token: string): Promise<boolean> {
  try {
    session.trigger.known({ me: await exchange(token) });
    connection.trigger.signed_in();
    return true;
  } catch (error) {
    if (isUnreachable(error)) return false;
    if (!(error instanceof Refused)) throw error;
    await look(); // the link was used up by this browser, perhaps
    if (session.getSnapshot().context.status === 'out') session.trigger.none({ status: 'refused' });
    return true;
  }
}

const RETRY_MS = 3_000;
export async function look(): Promise<void> {
  try {
    session.trigger.known({ me: await me() });
    connection.trigger.signed_in();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) session.trigger.none({ status: 'out' });
    else if (isUnreachable(error)) {
      session.trigger.none({ status: 'away' });
      after(RETRY_MS, () => void look());
    } else throw error;
  }
}

export async function leave(): Promise<void> {
  await signOut();
  session.trigger.none({ status: 'ended' });
}

/** A session that ended elsewhere shows at the next call. */
connection.subscribe(({ context }) => {
  if (context.signed_out && session.getSnapshot().context.status === 'in') session.trigger.none({ status: 'ended' });
});

/** Whether the person may do what needs this role. The server decides; this only keeps from offering in vain. */
export const mayDo = (role: Role): boolean => {
  const { me } = session.getSnapshot().context;
  return me !== null && hasRole(me.role, role);
};
