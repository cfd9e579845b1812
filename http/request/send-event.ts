/** Saying an event to a picture on behalf of a caller. */

import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { EventToSend, Origin } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { illegalTransition, preconditionFailed } from '../problems/problems.ts';
import { ifMatch } from '../response/etag.ts';

export const originOf = ({ ctx, caller }: Pick<AuthenticatedRequest, 'ctx' | 'caller'>): Origin => ({
  by: caller.by,
  request_id: ctx.state.request_id,
});

/** What is to be said to a picture as it is now; null: it is so already. */
export type BuildEvent = (now: ResourceRow) => EventToSend | null | Promise<EventToSend | null>;

/**
 * The picture after the event. `say` is asked with the row as it is at each attempt: null, when what is asked for is so already,
 * answers that row. Throws 404, 409 where the status does not take the event, and 412 when `If-Match` names another state.
 */
export async function sendEvent(call: AuthenticatedRequest, resource_id: string, say: BuildEvent): Promise<ResourceRow> {
  const { ctx, deps, caller } = call;
  const matches = ifMatch(ctx);
  const saying = async (now: ResourceRow): Promise<EventToSend> => {
    if (!matches(now)) throw preconditionFailed();
    const said = await say(now);
    if (!said) throw new SoAlready(now);
    return said;
  };
  try {
    const { outcome, resource } = await deps.engine.send({ scope: caller.scope, resource_id }, saying, originOf(call));
    if (outcome === 'refused') throw illegalTransition(resource);
    return resource;
  } catch (error) {
    if (error instanceof SoAlready) return error.row;
    throw error;
  }
}

/** Leaves the engine's loop with nothing said. */
class SoAlready extends Error {
  readonly row: ResourceRow;
  constructor(row: ResourceRow) {
    super('it is so already');
    this.name = 'SoAlready';
    this.row = row;
  }
}
