/** The picture that a call is about, in the caller's organisation. */
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { notFound } from '../problems/problems.ts';

/** Throws 404 if there is none in scope. */
type Request = Pick<AuthenticatedRequest, 'deps' | 'caller'> & { params: { resource_id: string } };
export async function loadResource({ deps, caller, params }: Request): Promise<ResourceRow> {
  const row = await deps.facts.resources.get(caller.scope, params.resource_id);
  if (!row) throw notFound();
  return row;
}
