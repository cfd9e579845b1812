/** POST /v1/resources: a picture begins, as JSON with an upload link to follow, or in one call as a form. */
import { CreateResource } from '../../contract/resource.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { KeyRequest } from '../context.ts';
import { tooLarge } from '../problems/problems.ts';
import { checkType, FORM_TYPE, JSON_TYPES, mediaType, parseBody } from '../request/body.ts';
import { createOnce, findReplay, idempotencyOf } from '../request/idempotency.ts';
import { findDuplicate, newResource } from '../request/new-resource.ts';
import { withRoom } from '../request/room.ts';
import { sendEvent } from '../request/send-event.ts';
import { NO_PARAMETERS, validateQuery } from '../request/validate.ts';
import { respondUploader } from '../response/present.ts';
import { uploadLink } from '../response/upload-link.ts';
import { createFromForm } from './resources-create-form.ts';

export async function createResource(call: KeyRequest): Promise<void> {
  const { ctx, deps } = call;
  validateQuery(call, NO_PARAMETERS, {});
  if (mediaType(ctx) === FORM_TYPE) return createFromForm(call);
  checkType(ctx, [...JSON_TYPES, FORM_TYPE]);
  const request = await parseBody(call, CreateResource);
  if (request.byte_size > deps.limits.max_bytes) throw tooLarge(deps.limits);

  const idempotency = idempotencyOf(ctx, request);
  const before = await findReplay(call, idempotency);
  if (before) return answerAgain(call, before);
  const twin = request.on_duplicate === 'return' && request.sha256 ? await findDuplicate(call, request.sha256) : null;
  if (twin) return respondUploader(call, twin, { status: 200, upload: null });

  const { byte_size, sha256 = null } = request;
  const resource = newResource(call, { ...request, claimed: { byte_size, sha256 }, idempotency });
  const { row, first } = await withRoom(deps.objects, byte_size, () => createOnce(call, resource));
  if (!first) return answerAgain(call, row);
  respondUploader(call, row, { status: 201, upload: await uploadLink(call, row) });
}

/** The first answer again; with a fresh link, and its times begun anew, while the bytes are still awaited. */
async function answerAgain(call: KeyRequest, before: ResourceRow): Promise<void> {
  const row = await sendEvent(call, before.resource_id, ({ status }) =>
    status === 'AWAITING_UPLOAD' ? { event: { type: 'UPLOAD_LINK_ISSUED' } } : null,
  );
  respondUploader(call, row, { status: 201, upload: row.status === 'AWAITING_UPLOAD' ? await uploadLink(call, row) : null });
}
