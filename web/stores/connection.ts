/** Whether the service answers, and whether it knows this browser. Calls and the event stream report here. */
import { createStore } from '@xstate/store-react';
import { now } from '../world.ts';

/** lost_at: since when nothing answered; null: it answers. signed_out: an answer was 401. */
export const connection = createStore({
  context: { lost_at: null as number | null, next_try_at: null as number | null, signed_out: false },
  on: {
    lost: (context, { next_try_at }: { next_try_at?: number | null } = {}) => ({
      ...context,
      lost_at: context.lost_at ?? now(),
      next_try_at: next_try_at ?? context.next_try_at,
    }),
    back: (context) => (context.lost_at === null ? context : { ...context, lost_at: null, next_try_at: null }),
    signed_out: (context) => ({ ...context, signed_out: true }),
    signed_in: (context) => ({ ...context, signed_out: false }),
  },
});
