/** The uploader's two calls: for a fresh link, and to say that it is done. */

import type { Status } from '../../contract/statuses.ts';
import { LINK_PARAMETERS } from '../access/auth.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { rejectBody } from '../request/body.ts';
import { waitIfPreferred } from '../request/prefer-wait.ts';
import { sendEvent } from '../request/send-event.ts';
import { NO_PARAMETERS, resourceId, validateQuery } from '../request/validate.ts';
import { respondResource, respondUploader } from '../response/present.ts';
import { uploadLink } from '../response/upload-link.ts';

/** Links given out before stay good for their time. */
export async function issueUploadLink(call: AuthenticatedRequest): Promise<void> {
  const resource_id = resourceId(call.ctx);
  validateQuery(call, NO_PARAMETERS, {});
  await rejectBody(call, NO_PARAMETERS);
  const row = await sendEvent(call, resource_id, () => ({ event: { type: 'UPLOAD_LINK_ISSUED' } }));
  respondUploader(call, row, { status: 200, upload: await uploadLink(call, row) });
}

export async function reportUpload(call: AuthenticatedRequest): Promise<void> {
  const resource_id = resourceId(call.ctx);
  validateQuery(call, NO_PARAMETERS, { aside: LINK_PARAMETERS });
  await rejectBody(call, NO_PARAMETERS);
  const row = await sendEvent(call, resource_id, ({ status, uploaded_at }) => {
    const seen = status !== 'AWAITING_UPLOAD' && (uploaded_at !== null || LOOKED_AT.has(status));
    const by_store_too = call.deps.links.store !== null; // see objects.ts
    return seen ? null : { event: { type: 'UPLOAD_REPORTED', ...(by_store_too ? { by_store_too } : {}) } };
  });
  respondResource(call, await waitIfPreferred(call, row));
}
/** The store was looked at though nobody had said so. */
const LOOKED_AT: ReadonlySet<Status> = new Set(['REJECTED', 'INDEX_FAILED']);
