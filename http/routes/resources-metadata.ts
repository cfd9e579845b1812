/** PATCH /v1/resources/{resource_id}/metadata: what is given is kept; the picture advances once nothing required is missing. */
import { isDeepStrictEqual } from 'node:util';
import { MetadataPatch, missingOf } from '../../contract/metadata.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { EventToSend } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { validationFailed } from '../problems/problems.ts';
import { MERGE_PATCH_TYPES, parseBody } from '../request/body.ts';
import { metadataOf } from '../request/new-resource.ts';
import { sendEvent } from '../request/send-event.ts';
import { NO_PARAMETERS, resourceId, validateQuery } from '../request/validate.ts';
import { respondResource } from '../response/present.ts';

export async function patchMetadata(call: AuthenticatedRequest): Promise<void> {
  const resource_id = resourceId(call.ctx);
  validateQuery(call, NO_PARAMETERS, {});
  const patch = await parseBody(call, MetadataPatch, { types: MERGE_PATCH_TYPES });
  respondResource(call, await sendEvent(call, resource_id, (now) => submitted(call, now, patch)));
}

/** The event with the row it brings, from the metadata as it is now; null if that is not changed by it. */
function submitted(call: AuthenticatedRequest, now: ResourceRow, patch: MetadataPatch): EventToSend | null {
  const { clock, required_metadata } = call.deps;
  const event = (complete: boolean) => ({ type: 'METADATA_SUBMITTED', complete });
  if (!now.allowed_events.includes('METADATA_SUBMITTED')) return { event: event(true) }; // refused, whatever it says
  const metadata = metadataOf(call, now.metadata, patch);
  const missing = missingOf(metadata, required_metadata);
  if (now.described && missing.length > 0)
    throw validationFailed(missing.map((field) => ({ pointer: `/${field}`, detail: REQUIRED[call.ctx.state.language] })));
  const complete = missing.length === 0;
  if (complete === now.described && isDeepStrictEqual(metadata, now.metadata)) return null; // no new revision for nothing
  const { resource_id, org_id } = now;
  return { event: event(complete), writes: [{ into: 'metadata', row: { resource_id, org_id, at: clock.now(), metadata } }] };
}
const REQUIRED = { en: 'required, and can be replaced but not taken away', zh: '必填项，可更改但不可清除' };
