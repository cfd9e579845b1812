/** What the bar shows of other places: how many pictures wait for a person, and whether a part is down. Read when something happens. */
import { createStore } from '@xstate/store-react';
import { api } from '../api/api.ts';
import { throwUnexpected } from '../api/refused.ts';
import { after } from '../world.ts';
import { onPictureEvent } from './pictures.ts';
import { mayDo } from './session.ts';

export const waiting = createStore({
  context: { count: 0, is_down: false },
  on: {
    counted: (context, { count }: { count: number }) => ({ ...context, count }),
    parts: (context, { is_down }: { is_down: boolean }) => ({ ...context, is_down }),
  },
});

/** What can't be read now is read with the next event. */
const quietly = (read: () => Promise<void>): Promise<void> => read().catch(throwUnexpected);
const count = () =>
  quietly(async () => {
    if (!mayDo('editor')) return;
    const { by_phase } = (await api.count_resources({ query: {} })).body;
    waiting.trigger.counted({ count: (by_phase.needs_person ?? 0) + (by_phase.failed ?? 0) });
  });
const lookAtParts = () =>
  quietly(async () => {
    if (!mayDo('operator')) return;
    const { parts } = (await api.ops_summary({})).body;
    waiting.trigger.parts({ is_down: parts.some(({ state }) => state === 'away' || state === 'refused' || state === 'full') });
  });

const READ_MS = 2_000;
/** Follows the events of the page. Returns what ends that. */
export function followWaiting(): () => void {
  let soon: (() => void) | null = null;
  let parts_soon: (() => void) | null = null;
  void count();
  void lookAtParts();
  const end = onPictureEvent((event) => {
    if (event?.type !== 'part.changed')
      soon ??= after(READ_MS, () => {
        soon = null;
        void count();
      });
    if (event === null || event.type === 'part.changed')
      parts_soon ??= after(READ_MS, () => {
        parts_soon = null;
        void lookAtParts();
      });
  });
  return () => {
    end();
    soon?.();
    parts_soon?.();
  };
}
