/** Purge: out of the index, then the bytes, then the facts; so that no entry is ever without its picture. */
import type { Json } from '../contract/json.ts';
import { incomingPrefix, ownPrefix } from '../contract/object-keys.ts';
import type { PurgeInput } from '../contract/steps.ts';
import type { Service } from '../runtime/service.ts';

/**
 * Removing what is gone does nothing, and the tombstone of a second run is only of a later revision.
 * The facts go in the commit that believes the result.
 */
export const purge: Service<PurgeInput, Json> = {
  async run({ resource_id, org_id, revision, index_revision }, { index, objects }) {
    await index.remove({ org_id }, resource_id, Math.max(revision, index_revision ?? 0));
    await objects.removePrefix(incomingPrefix({ org_id, resource_id }));
    await objects.removePrefix(ownPrefix({ org_id, resource_id }));
    return null;
  },
  async writes(_, { input: { resource_id, org_id }, at }) {
    const forgotten = { byte_size: null, sha256: null, page_count: null, width: null, height: null, uploaded_at: null };
    return { facts: [{ into: 'nothing', row: { resource_id, org_id, at } }], columns: forgotten };
  },
};
