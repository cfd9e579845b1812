/** Sends an event to a picture on behalf of a caller. */

import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { EventToSend, Origin } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { illegalTransition, preconditionFailed } from '../problems/problems.ts';
import { etagOf, ifMatch, type Matches } from '../response/etag.ts';
import { withOldest } from './same-bytes.ts';

export const originOf = ({ ctx, caller }: Pick<AuthenticatedRequest, 'ctx' | 'caller'>): Origin => ({
  by: caller.by,
  request_id: ctx.state.request_id,
});

/** The event for a picture as it currently is; null: it is in the wanted state already. */
export type BuildEvent = (current: ResourceRow) => EventToSend | null | Promise<EventToSend | null>;

/**
 * The picture after the event. `build` is called with the current row at each attempt; if it returns null, that row is the result. Throws
 * 404, 409 where the status does not take the event, and 412 where it is not in a state that `matches`, by default what `If-Match` names.
 */
export async function sendEvent(
  call: AuthenticatedRequest,
  resource_id: string,
  build: BuildEvent,
  matches: Matches = ifMatch(call.ctx),
): Promise<ResourceRow> {
  const { deps, caller } = call;
  const buildChecked = async (current: ResourceRow): Promise<EventToSend> => {
    if (!matches(current)) throw preconditionFailed(etagOf(current));
    const event = await build(current);
    if (!event) throw new AlreadyInState(current);
    return event;
  };
  try {
    const { outcome, resource } = await deps.engine.send({ scope: caller.scope, resource_id }, buildChecked, originOf(call));
    if (outcome === 'refused') throw illegalTransition(resource);
    return await withOldest(call, resource);
  } catch (error) {
    if (error instanceof AlreadyInState) return error.row;
    throw error;
  }
}

/** Leaves the engine's loop without an event. */
class AlreadyInState extends Error {
  readonly row: ResourceRow;
  constructor(row: ResourceRow) {
    super('already in the wanted state');
    this.name = 'AlreadyInState';
    this.row = row;
  }
}
