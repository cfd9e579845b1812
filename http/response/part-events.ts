/** Changes of the states of parts, as this process sees them, for operators among the readers of events. */
import type { PartName, PartState } from '../../contract/parts.ts';
import { hasRole } from '../../contract/roles.ts';
import type { PartView } from '../../runtime/health/parts.ts';
import type { KeyRequest } from '../context.ts';
import { presentPartView } from './present-ops.ts';

export type PartEvents = {
  /** What has changed since the last call, as server-sent events; empty: nothing. */
  take(): string;
  end(): void;
};

/** Null for a caller who is no operator. Of a part that changed several times the last change is given, so that a slow reader holds little. */
export function partEvents({ ctx, deps, caller: { key } }: KeyRequest): PartEvents | null {
  if (!deps.parts || !hasRole(key.role, 'operator')) return null;
  const changed = new Map<PartName, { view: PartView; was: PartState }>();
  const end = deps.parts.onChange((view, before) => {
    const was = changed.get(view.part)?.was ?? before.state;
    changed.delete(view.part);
    if (was !== view.state) changed.set(view.part, { view, was });
  });
  const shown = { language: ctx.state.language, detailed: key.installation };
  return {
    take() {
      const events = [...changed.values()].map(({ view, was }) => ({ ...presentPartView(view, shown), was }));
      changed.clear();
      return events.map((data) => eventOf({ id: deps.clock.newId(), at: deps.clock.now(), data })).join('');
    },
    end,
  };
}

const TYPE = 'part.changed';
/** Without a position: a reader that comes back begins with `GET /v1/ops/summary`. */
function eventOf({ id, at, data }: { id: string; at: number; data: object }): string {
  const envelope = { id, type: TYPE, timestamp: new Date(at).toISOString(), data };
  return `event: ${TYPE}\ndata: ${JSON.stringify(envelope)}\n\n`;
}
