/**
 * Which of several tabs sends. Web Locks are missing over plain http, so the right is a lease in IndexedDB, claimed in one transaction. A tab in
 * the background wakes once a minute only, so a lease that looks too old is first asked for: messages are delivered without delay, and a tab
 * that is alive answers. Whoever finds the lease with another stops sending.
 */
import { after, every, now } from '../world.ts';
import { changeLease, type Lease } from './kept.ts';

export const LEASE_MS = 15_000;
const RENEW_MS = 4_000;
const ASK_MS = 700;

type Message = { type: 'lease'; what: 'who' | 'i' | 'released'; from: string };
export type Holder = { claim(): void; release(): void; end(): void };

const isSame = (one: Lease, other: Lease | null): boolean => one.owner === other?.owner && one.until === other.until;

/** `changed` is told each time this tab begins or ceases to hold it. */
export function holdLease(me: string, channel: BroadcastChannel | null, changed: (held: boolean) => void): Holder {
  let held = false;
  let answered = false;
  let ended = false;
  let cancel = () => {};
  const say = (what: Message['what']) => channel?.postMessage({ type: 'lease', what, from: me } satisfies Message);
  const become = (next: boolean) => {
    if (next === held) return;
    held = next;
    changed(held);
  };
  /** silent: the lease of a tab that does not answer; it is taken if it is still the same. */
  const take = async (silent: Lease | null = null): Promise<Lease | null> => {
    const lease = await changeLease((lease) => {
      const free = !lease || lease.owner === me || lease.until < now() || isSame(lease, silent);
      return free && !ended ? { owner: me, until: now() + LEASE_MS } : lease;
    });
    if (!ended) become(lease === null || lease?.owner === me);
    return lease ?? null;
  };
  /** Another has it: asks whether it is still there. */
  const claim = async () => {
    const lease = await take();
    if (held || ended || !channel) return;
    answered = false;
    say('who');
    cancel();
    cancel = after(ASK_MS, () => {
      if (!answered && !ended) void take(lease);
    });
  };
  const hear = ({ data }: MessageEvent<Partial<Message>>) => {
    if (data.type !== 'lease' || data.from === me) return;
    if (data.what === 'who' && held) say('i');
    if (data.what === 'i') answered = true;
    if (data.what === 'released') void claim();
  };
  channel?.addEventListener('message', hear);
  const stop = every(RENEW_MS, () => void (held ? take() : claim()));
  const release = () => {
    if (!held) return;
    become(false);
    void changeLease((lease) => (lease?.owner === me ? undefined : lease)).then(() => say('released'));
    say('released');
  };
  return {
    claim: () => void claim(),
    release,
    end: () => {
      release();
      ended = true;
      stop();
      cancel();
      channel?.removeEventListener('message', hear);
    },
  };
}
