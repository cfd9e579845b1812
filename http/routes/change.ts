/** Changing a picture: its metadata, its text, and its life as a whole. */
import type { EngineChoice } from '../../contract/steps.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { EventToSend } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest, HttpDeps } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { engineUnavailable } from '../problems/problems.ts';
import { sendEventOnce } from '../request/idempotency.ts';
import { sendEvent } from '../request/send-event.ts';
import { presentChanged } from '../response/present.ts';
import { checkPagesOnce, correctionEvent } from './correction.ts';
import { metadataEvent } from './metadata.ts';

type Names = 'patch_metadata' | 'patch_text' | 'retry_resource' | 'reprocess_resource' | 'restore_resource' | 'remove_resource';

export const changeHandlers: Handlers<Names> = {
  async patch_metadata(request) {
    const row = await sendEvent(request, request.params.resource_id, (current) => metadataEvent(request, current, request.body));
    return { status: 200, body: presentChanged(request, row) };
  },

  async patch_text(request) {
    const { pages } = request.body;
    checkPagesOnce(request, pages);
    const row = await sendEvent(request, request.params.resource_id, (current) => correctionEvent(request, current, pages));
    return { status: 200, body: presentChanged(request, row) };
  },

  retry_resource: (request) => sendOnce(request, { type: 'RETRY' }),
  restore_resource: (request) => sendOnce(request, { type: 'RESTORE' }),
  reprocess_resource: (request) => {
    const { deps, body } = request;
    return sendOnce(request, { type: 'REPROCESS', ...body }, () => checkEngine(body.engine, deps));
  },

  /** Removing what is gone already is no error: the response is the picture as it is. */
  async remove_resource(request) {
    const row = await sendEvent(request, request.params.resource_id, ({ status, phase }) => {
      if (request.query.purge === 'true')
        return status === 'DELETING' || status === 'DELETED' ? null : { event: { type: 'DELETE' } };
      return trashEvent({ phase });
    });
    return { status: 200, body: presentChanged(request, row) };
  },
};

export const trashEvent = ({ phase }: Pick<ResourceRow, 'phase'>): EventToSend | null =>
  phase === 'gone' ? null : { event: { type: 'TRASH' } };

/** Throws ENGINE_UNAVAILABLE for one that this service does not read by. `auto` is always there. */
export function checkEngine(engine: EngineChoice | undefined, deps: Pick<HttpDeps, 'engines'>): void {
  const engines = deps.engines?.() ?? [];
  if (engine !== undefined && engine !== 'auto' && !engines.includes(engine)) throw engineUnavailable(engine, engines);
}

type Once = AuthenticatedRequest & { params: { resource_id: string } };
/** `check` throws for an event that can't be sent now; one that was sent under the same key is not checked again. */
async function sendOnce(request: Once, event: { type: string }, check: () => void = () => {}) {
  const row = await sendEventOnce(request, request.params.resource_id, event, () => {
    check();
    return { event };
  });
  return { status: 200 as const, body: presentChanged(request, row) };
}
