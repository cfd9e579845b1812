/** Where the bytes of a picture come in: the key that an upload writes, and links to it. */
import type { Upload } from '../contract/resource.ts';
import type { ResourceRow } from '../runtime/ports-facts.ts';
import type { Call } from './deps.ts';
import { presentUpload } from './present.ts';

type Whose = { org_id: string; resource_id: string };

/** All uploads of one picture, and of no other. */
export const incomingOf = ({ org_id, resource_id }: Whose): string => `incoming/${org_id}/${resource_id}/`;

/** A link to a key of its own: what came by an older link is never written over. At most the size that was announced. */
export async function uploadLink({ deps }: Call, row: ResourceRow): Promise<Upload> {
  const { clock, limits, objects } = deps;
  const link = await objects.presignUpload({
    key: incomingOf(row) + clock.mint(),
    max_bytes: Math.min(row.byte_size ?? limits.max_bytes, limits.max_bytes),
    content_type: row.content_type,
    expires_at: clock.wall() + limits.link_valid_ms,
  });
  return presentUpload(link, row, deps);
}
