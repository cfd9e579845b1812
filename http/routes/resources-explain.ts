/** GET /v1/resources/{resource_id}/explain: why can, or can't, this picture be found? */
import type { Call } from '../context.ts';
import { noPicture } from '../problems/problems.ts';
import { NOTHING, parsedQuery, resourceId } from '../request/validate.ts';

/** Never 304: every fact is looked at anew. */
export async function explainResource(call: Call): Promise<void> {
  const { ctx, deps, caller } = call;
  const resource_id = resourceId(ctx);
  parsedQuery(call, NOTHING, {});
  const explanation = await deps.explain({ scope: caller.scope, resource_id }, ctx.state.language);
  if (!explanation) throw noPicture();
  ctx.set('content-language', ctx.state.language);
  ctx.set('cache-control', 'no-store');
  ctx.body = explanation;
}
