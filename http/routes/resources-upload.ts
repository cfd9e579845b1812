/** The uploader's two calls: for a fresh link, and to say that it is done. */

import { LINK_PARAMETERS } from '../access/auth.ts';
import type { Call } from '../context.ts';
import { noBody } from '../request/body.ts';
import { waited } from '../request/prefer-wait.ts';
import { tell } from '../request/send-event.ts';
import { NOTHING, parsedQuery, resourceId } from '../request/validate.ts';
import { answerResource, answerUploader } from '../response/present.ts';
import { uploadLink } from '../response/upload-link.ts';

/** Links given out before stay good for their time. */
export async function issueUploadLink(call: Call): Promise<void> {
  const resource_id = resourceId(call.ctx);
  parsedQuery(call, NOTHING, {});
  await noBody(call, NOTHING);
  const row = await tell(call, resource_id, () => ({ event: { type: 'UPLOAD_LINK_ISSUED' } }));
  answerUploader(call, row, { status: 200, upload: await uploadLink(call, row) });
}

export async function reportUpload(call: Call): Promise<void> {
  const resource_id = resourceId(call.ctx);
  parsedQuery(call, NOTHING, { aside: LINK_PARAMETERS });
  await noBody(call, NOTHING);
  const row = await tell(call, resource_id, ({ status, uploaded_at }) => {
    const seen = status !== 'AWAITING_UPLOAD' && (uploaded_at !== null || status === 'REJECTED');
    return seen ? null : { event: { type: 'UPLOAD_REPORTED' } };
  });
  answerResource(call, await waited(call, row));
}
