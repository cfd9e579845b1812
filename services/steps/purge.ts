/** Purge: out of the index, then the bytes, then the facts; so that no entry is ever without its picture. */
import { incomingPrefix, ownPrefix } from '../../contract/object-keys.ts';
import type { PurgeInput } from '../../contract/steps.ts';
import type { IndexTargets } from '../../runtime/ports/service-state.ts';
import type { StepHandler } from '../../runtime/tasks/step-handler.ts';
import { firstCleanup } from '../maintenance/clear-leftovers.ts';
import { coversTargets } from './index-entry.ts';

/** `into`: where its tombstone was written, all of it. */
type Purged = { into: IndexTargets | null };

/**
 * Removing what is gone does nothing, and the tombstone of a second run is only of a later revision.
 * The facts go in the commit that believes the result, which plans further looks at the bytes: a run that hangs may write yet.
 */
export const purge: StepHandler<PurgeInput, Purged> = {
  async run({ resource_id, org_id, revision, index_revision }, { facts, index, objects }) {
    const into = await facts.index_targets.get();
    await index.remove({ org_id }, resource_id, Math.max(revision, index_revision ?? 0), into);
    await objects.removePrefix(incomingPrefix({ org_id, resource_id }));
    await objects.removePrefix(ownPrefix({ org_id, resource_id }));
    return { into };
  },
  async writes({ into }, { input: { resource_id, org_id }, at, facts }) {
    const now = await facts.index_targets.get();
    if (!coversTargets(into, now)) return 'outdated';
    const size = { byte_size: null, page_count: null, width: null, height: null, page_sizes: null, engine: null, turns: null };
    const forgotten = { ...size, sha256: null, file_taken_at: null, uploaded_at: null };
    return {
      facts: [{ into: 'nothing', row: { resource_id, org_id, at } }, firstCleanup({ resource_id, org_id }, at)],
      columns: { ...forgotten, indexed_in: null, remarks: [] },
      expects: { index_targets: now },
    };
  },
};
