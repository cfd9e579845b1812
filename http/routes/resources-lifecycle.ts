/** What a person may do with a picture as a whole: retry, do again, restore, trash, delete. */
import { z } from 'zod';
import { Reprocess } from '../../contract/resource.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { parseBody, rejectBody } from '../request/body.ts';
import { sendEventOnce } from '../request/idempotency.ts';
import { sendEvent } from '../request/send-event.ts';
import { NO_PARAMETERS, resourceId, validateQuery } from '../request/validate.ts';
import { respondResource } from '../response/present.ts';

const RemoveQuery = z.strictObject({ purge: z.enum(['true', 'false']).default('false') });

export const retryResource = (call: AuthenticatedRequest): Promise<void> => say(call, 'RETRY');
export const restoreResource = (call: AuthenticatedRequest): Promise<void> => say(call, 'RESTORE');

async function say(call: AuthenticatedRequest, type: 'RETRY' | 'RESTORE'): Promise<void> {
  const resource_id = resourceId(call.ctx);
  validateQuery(call, NO_PARAMETERS, {});
  await rejectBody(call, NO_PARAMETERS);
  respondResource(call, await sendEventOnce(call, resource_id, { type }, () => ({ event: { type } })));
}

export async function reprocessResource(call: AuthenticatedRequest): Promise<void> {
  const resource_id = resourceId(call.ctx);
  validateQuery(call, NO_PARAMETERS, {});
  const order = await parseBody(call, Reprocess);
  const event = { type: 'REPROCESS', ...order };
  respondResource(call, await sendEventOnce(call, resource_id, event, () => ({ event })));
}

/** What is gone already is no error: it answers as it is. */
export async function removeResource(call: AuthenticatedRequest): Promise<void> {
  const resource_id = resourceId(call.ctx);
  const { purge } = validateQuery(call, RemoveQuery, {});
  await rejectBody(call, NO_PARAMETERS);
  const row = await sendEvent(call, resource_id, ({ status, phase }) => {
    if (purge === 'true') return status === 'DELETING' || status === 'DELETED' ? null : { event: { type: 'DELETE' } };
    return phase === 'gone' ? null : { event: { type: 'TRASH' } };
  });
  respondResource(call, row);
}
