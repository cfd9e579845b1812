/** The picture that a call is about, in the caller's organisation. */
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { notFound } from '../problems/problems.ts';
import { resourceId } from './validate.ts';

/** Throws 404 if there is none in scope. */
export async function loadResource({ ctx, deps, caller }: AuthenticatedRequest): Promise<ResourceRow> {
  const row = await deps.facts.resources.get(caller.scope, resourceId(ctx));
  if (!row) throw notFound();
  return row;
}
