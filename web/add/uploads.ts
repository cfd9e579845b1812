/** What is being added, as it is shown: in the tab that sends, and in those beside it. */
import { createStore } from '@xstate/store-react';
import type { Cause, UploadState } from '../../machines/upload.ts';
import { UPLOADS_KEPT } from '../stores/tray.ts';
import { keep } from '../world.ts';
import type { Batch, Details } from './kept.ts';

/** sent: bytes that the network took. lost: its last turn ended without an answer. kept: its bytes are in the browser's database. */
export type View = {
  id: string;
  n: number;
  name: string;
  type: string;
  size: number;
  state: UploadState;
  sent: number;
  lost: boolean;
  kept: boolean;
  cause: Cause | null;
  resource_id: string | null;
  since: string | null;
  own: Partial<Details>;
};

/** next_try_at: the connection was lost, and is tried again then. */
export const uploads = createStore({
  context: {
    views: new Map<string, View>() as ReadonlyMap<string, View>,
    batch: null as Batch | null,
    next_try_at: null as number | null,
    /** Bytes a second of the last moments; 0: not known. */
    speed: 0,
  },
  on: {
    put: (context, { views }: { views: readonly View[] }) => {
      const next = new Map(context.views);
      for (const view of views) next.set(view.id, view);
      return { ...context, views: next };
    },
    remove: (context, { ids }: { ids: readonly string[] }) => {
      const next = new Map(context.views);
      for (const id of ids) next.delete(id);
      return { ...context, views: next };
    },
    batch: (context, { batch }: { batch: Batch | null }) => ({ ...context, batch }),
    moving: (context, { next_try_at, speed }: { next_try_at: number | null; speed: number }) => ({
      ...context,
      next_try_at,
      speed,
    }),
    clear: (context) => ({ ...context, views: new Map<string, View>(), batch: null, next_try_at: null, speed: 0 }),
  },
});

/** A new tab looks into the database only where a tab before it has left something. */
uploads.subscribe(({ context }) => keep(UPLOADS_KEPT, context.views.size > 0 ? '1' : null));

export type Sums = { all: number; in: number; already: number; refused: number; left: number; left_bytes: number; taken: number };
export function sumsOf(views: ReadonlyMap<string, View>): Sums {
  const sums: Sums = { all: views.size, in: 0, already: 0, refused: 0, left: 0, left_bytes: 0, taken: 0 };
  for (const view of views.values()) {
    if (view.state === 'in' || view.state === 'already' || view.state === 'refused') sums[view.state] += 1;
    else {
      sums.left += 1;
      sums.left_bytes += Math.max(0, view.size - view.sent);
    }
  }
  sums.taken = sums.in + sums.already;
  return sums;
}
/** Those that move come first, then those that a person may look at, then the rest as they were chosen. */
const PLACE: Partial<Record<UploadState, number>> = { announcing: 0, sending: 0, telling: 0, refused: 1, in: 3, already: 3 };
export const inOrder = (views: ReadonlyMap<string, View>): View[] =>
  [...views.values()].sort((a, b) => (PLACE[a.state] ?? 2) - (PLACE[b.state] ?? 2) || a.n - b.n);
