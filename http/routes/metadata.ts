/** The event of `PATCH /v1/resources/{resource_id}/metadata`: what is given is kept; the picture advances once nothing required is missing. */
import { isDeepStrictEqual } from 'node:util';
import { type MetadataPatch, missingOf } from '../../contract/metadata.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { EventToSend } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { validationFailed } from '../problems/problems.ts';
import { metadataOf } from '../request/new-resource.ts';

/** The event with the row it brings, from the metadata as it is now; null if that is not changed by it. */
export function metadataEvent(call: AuthenticatedRequest, current: ResourceRow, patch: MetadataPatch): EventToSend | null {
  const { clock, required_metadata } = call.deps;
  const event = (complete: boolean) => ({ type: 'METADATA_SUBMITTED', complete });
  if (!current.allowed_events.includes('METADATA_SUBMITTED')) return { event: event(true) }; // refused, whatever the patch is
  const metadata = metadataOf(call, current.metadata, patch);
  const missing = missingOf(metadata, required_metadata);
  if (current.described && missing.length > 0)
    throw validationFailed(missing.map((field) => ({ pointer: `/${field}`, detail: REQUIRED[call.ctx.state.language] })));
  const complete = missing.length === 0;
  if (complete === current.described && isDeepStrictEqual(metadata, current.metadata)) return null; // no new revision for nothing
  const { resource_id, org_id } = current;
  return { event: event(complete), writes: [{ into: 'metadata', row: { resource_id, org_id, at: clock.now(), metadata } }] };
}
const REQUIRED = { en: 'required, and can be replaced but not taken away', zh: '必填项，可更改但不可清除' };
