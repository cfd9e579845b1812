/** GET /v1/resources/{resource_id}/explain: why can, or can't, this picture be found? */
import type { AuthenticatedRequest } from '../context.ts';
import { notFound } from '../problems/problems.ts';
import { NO_PARAMETERS, resourceId, validateQuery } from '../request/validate.ts';

/** Never 304: every fact is looked at anew. */
export async function explainResource(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps, caller } = call;
  const resource_id = resourceId(ctx);
  validateQuery(call, NO_PARAMETERS, {});
  const explanation = await deps.explain({ scope: caller.scope, resource_id }, ctx.state.language);
  if (!explanation) throw notFound();
  ctx.set('content-language', ctx.state.language);
  ctx.set('cache-control', 'no-store');
  ctx.body = explanation;
}
