/** The state of the installation as it is read again and again: at once when a part changes, else every few seconds while the page is seen. */
import { createStore } from '@xstate/store-react';
import type { DeadLetterGroup } from '../../../contract/dead-letters.ts';
import type { OpsSummary, Stuck } from '../../../contract/ops-summary.ts';
import type { Run } from '../../../contract/runs.ts';
import { api } from '../../api/api.ts';
import { isAborted, isUnreachable, Refused } from '../../api/refused.ts';
import { order as orderThen } from '../../stores/order.ts';
import { onPictureEvent } from '../../stores/pictures.ts';
import { after, every } from '../../world.ts';

type Seen = { summary: OpsSummary; stuck: { items: Stuck[]; is_whole: boolean }; letters: DeadLetterGroup[]; runs: Run[] };
export const ops = createStore({
  context: { seen: null as Seen | null, failed: null as { status: number; why: string } | null },
  on: {
    seen: (_, { seen }: { seen: Seen }) => ({ seen, failed: null }),
    /** While the database is away only the summary answers: what was seen of the rest stays. */
    summary: ({ seen }, { summary }: { summary: OpsSummary }) => ({
      seen: { stuck: { items: [], is_whole: true }, letters: [], runs: [], ...seen, summary },
      failed: null,
    }),
    failed: (context, { status, why }: { status: number; why: string }) => ({ ...context, failed: { status, why } }),
  },
});

const RUNS = 8;
let current = new AbortController();
export async function readOps(): Promise<void> {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  try {
    const { body: summary } = await api.ops_summary({ signal });
    ops.trigger.summary({ summary });
    if (summary.view === 'own') return;
    const [stuck, letters, runs] = await Promise.all([
      api.ops_stuck({ signal }),
      api.list_dead_letters({ query: {}, signal }),
      api.list_runs({ query: { limit: RUNS }, signal }),
    ]);
    ops.trigger.seen({ seen: { summary, stuck: stuck.body, letters: letters.body.items, runs: runs.body.items } });
  } catch (error) {
    if (isAborted(error) || isUnreachable(error)) return; // the note under the bar says so
    if (!(error instanceof Refused)) throw error;
    ops.trigger.failed({ status: error.status, why: error.message });
  }
}

/** An outage is shown within 10 s of the service having noticed it, and so is its end. */
const POLL_MS = 4_000;
const SOON_MS = 500;
/** The answer ends it. */
export function followOps(): () => void {
  let soon: (() => void) | null = null;
  const readSoon = () => {
    soon ??= after(SOON_MS, () => {
      soon = null;
      void readOps();
    });
  };
  void readOps();
  const end = onPictureEvent((event) => {
    if (event === null || event.type === 'part.changed') readSoon();
  });
  const poll = every(POLL_MS, () => {
    if (document.visibilityState !== 'hidden') void readOps();
  });
  return () => {
    end();
    poll();
    soon?.();
    current.abort();
  };
}

/** What an operator orders. */
export const order = (work: () => Promise<unknown>): Promise<boolean> => orderThen(work, readOps);
