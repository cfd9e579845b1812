/** What a person may do with a picture as a whole: retry, do again, restore, trash, delete. */
import { z } from 'zod';
import { Reprocess } from '../../contract/resource.ts';
import type { Call } from '../context.ts';
import { noBody, parsedBody } from '../request/body.ts';
import { tellOnce } from '../request/idempotency.ts';
import { tell } from '../request/send-event.ts';
import { NOTHING, parsedQuery, resourceId } from '../request/validate.ts';
import { answerResource } from '../response/present.ts';

const RemoveQuery = z.strictObject({ purge: z.enum(['true', 'false']).default('false') });

export const retryResource = (call: Call): Promise<void> => say(call, 'RETRY');
export const restoreResource = (call: Call): Promise<void> => say(call, 'RESTORE');

async function say(call: Call, type: 'RETRY' | 'RESTORE'): Promise<void> {
  const resource_id = resourceId(call.ctx);
  parsedQuery(call, NOTHING, {});
  await noBody(call, NOTHING);
  answerResource(call, await tellOnce(call, resource_id, { type }, () => ({ event: { type } })));
}

export async function reprocessResource(call: Call): Promise<void> {
  const resource_id = resourceId(call.ctx);
  parsedQuery(call, NOTHING, {});
  const order = await parsedBody(call, Reprocess);
  const event = { type: 'REPROCESS', ...order };
  answerResource(call, await tellOnce(call, resource_id, event, () => ({ event })));
}

/** What is gone already is no error: it answers as it is. */
export async function removeResource(call: Call): Promise<void> {
  const resource_id = resourceId(call.ctx);
  const { purge } = parsedQuery(call, RemoveQuery, {});
  await noBody(call, NOTHING);
  const row = await tell(call, resource_id, ({ status, phase }) => {
    if (purge === 'true') return status === 'DELETING' || status === 'DELETED' ? null : { event: { type: 'DELETE' } };
    return phase === 'gone' ? null : { event: { type: 'TRASH' } };
  });
  answerResource(call, row);
}
