/** The picture that a call is about, in the caller's organisation. */
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { Call } from '../context.ts';
import { noPicture } from '../problems/problems.ts';
import { resourceId } from './validate.ts';

/** Throws 404 if there is none in scope. */
export async function loaded({ ctx, deps, caller }: Call): Promise<ResourceRow> {
  const row = await deps.facts.resources.get(caller.scope, resourceId(ctx));
  if (!row) throw noPicture();
  return row;
}
