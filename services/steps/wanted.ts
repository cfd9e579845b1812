/** Writes of a run that may be wanted by nobody any more: its picture was removed, or trashed, or another run took its place. */

import { failureOf } from '../../contract/failures.ts';
import { originalKey, ownPrefix } from '../../contract/object-keys.ts';
import type { StepContext } from '../../runtime/tasks/step-handler.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

type ResourceIds = { resource_id: string; org_id: string };

/**
 * Looks before a write and after it, so that a run which hung in it takes back what it wrote. What neither look can see (its process
 * dies, the store ends the write later) is cleared away by a look of the service; see clear-leftovers.ts.
 */
export async function writeIfWanted<Value>(context: StepContext, ids: ResourceIds, write: () => Promise<Value>): Promise<Value> {
  context.signal.throwIfAborted();
  if (!(await isWanted(context))) throw unwanted();
  const written = await write();
  if (await isWanted(context)) return written;
  await takeBack(context, ids);
  throw unwanted();
}

/** While the facts can't be asked it goes on: its result is not believed then either. */
const isWanted = async ({ isWanted: wanted }: StepContext): Promise<boolean> => (wanted ? wanted().catch(() => true) : true);

async function takeBack({ facts, objects, task_id }: StepContext, ids: ResourceIds): Promise<void> {
  const row = await facts.resources.get({ org_id: ids.org_id }, ids.resource_id);
  if (row === null || LEAVES.has(row.status)) await objects.removePrefix(ownPrefix(ids));
  else if (row.original_key !== originalKey(ids, task_id))
    await objects.removePrefix(originalKey(ids, task_id).replace(/original$/, ''));
}
/** All bytes of these go, or have gone. */
const LEAVES = new Set(['DELETING', 'PURGE_FAILED', 'DELETED']);

const unwanted = () => new StepError(failureOf('UNEXPECTED', 'nobody waits for this run any more'));
