/** Where the bytes of a picture come in: links to keys that an upload writes. */
import { incomingPrefix } from '../../contract/object-keys.ts';
import type { Upload } from '../../contract/resource.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { presentUpload } from './present.ts';

/** A link to a key of its own: what came by an older link is never written over. At most the size that was announced. */
export async function uploadLink(call: AuthenticatedRequest, row: ResourceRow): Promise<Upload> {
  const { ctx, deps } = call;
  const { clock, limits, objects } = deps;
  const link = await objects.presignUpload({
    key: incomingPrefix(row) + clock.newId(),
    max_bytes: Math.min(row.byte_size ?? limits.max_bytes, limits.max_bytes),
    byte_size: row.byte_size,
    content_type: row.content_type,
    expires_at: clock.now() + limits.link_valid_ms,
    granted_to: ctx.state.granted_to,
  });
  return presentUpload(link, row, call);
}
