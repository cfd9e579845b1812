/** `Idempotency-Key`: the same request said again answers what came of the first; another request under it is refused. */
import { createHash } from 'node:crypto';
import { Problem } from '../../contract/problems.ts';
import { OverQuota } from '../../runtime/accounts/usage.ts';
import { AlreadyThere } from '../../runtime/ports/facts.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { NewResource } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest, KeyRequest, KoaContext } from '../context.ts';
import { badRequest, notFound } from '../problems/problems.ts';
import { type BuildEvent, originOf, sendEvent } from './send-event.ts';

export type Idempotency = NonNullable<NewResource['idempotency']>;

/** The key that came with the request; null without one. `request`: all that makes it the same request, as parsed. */
export function idempotencyOf(ctx: KoaContext, request: unknown): Idempotency | null {
  const key = ctx.req.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key))
    throw badRequest(
      'An Idempotency-Key has 1 to 200 visible ASCII characters.',
      'Idempotency-Key 须为 1 至 200 个可见 ASCII 字符。',
    );
  return { key, fingerprint: createHash('sha256').update(JSON.stringify(request)).digest('hex') };
}

/** What came of the first request with this key; null if this is the first. Throws IDEMPOTENCY_KEY_REUSED for another request. */
export async function findReplay({ deps, caller }: AuthenticatedRequest, said: Idempotency | null): Promise<ResourceRow | null> {
  const { resources } = deps.facts;
  const first = said && (await resources.byIdempotencyKey(caller.scope, said.key));
  if (!first) return null;
  if (first.fingerprint !== said.fingerprint)
    throw new Problem('IDEMPOTENCY_KEY_REUSED', {
      en: 'This key came with another request before; nothing was done. Use a new key for each new request.',
      zh: '该键此前用于另一个请求，本次未执行。每个新请求请使用新的键。',
    });
  const row = await resources.get(caller.scope, first.resource_id);
  if (!row) throw notFound();
  return row;
}

/** Creates, unless the same request was faster. Of two at once the database lets one through, and the other answers that one's. */
export async function createOnce(call: KeyRequest, resource: NewResource): Promise<{ row: ResourceRow; first: boolean }> {
  try {
    return { row: await call.deps.engine.create(resource, originOf(call)), first: true };
  } catch (error) {
    // Or the one that was faster took the last room that there was.
    const may_be_done = error instanceof AlreadyThere || error instanceof OverQuota;
    const row = may_be_done ? await findReplay(call, resource.idempotency) : null;
    if (!row) throw error;
    return { row, first: false };
  }
}

/**
 * `tell`, and said again under one key it is done once: answers the picture as it is now. `request`: what is asked for; the picture and
 * that it is no creation are added to it here.
 */
export async function sendEventOnce(
  call: AuthenticatedRequest,
  resource_id: string,
  request: object,
  say: BuildEvent,
): Promise<ResourceRow> {
  const idempotency = idempotencyOf(call.ctx, { resource_id, ...request });
  const before = await findReplay(call, idempotency);
  if (before) return before;
  try {
    return await sendEvent(call, resource_id, async (now) => {
      const said = await say(now);
      if (!said || !idempotency) return said;
      const row = { ...idempotency, resource_id, org_id: now.org_id, at: call.deps.clock.now() };
      return { ...said, writes: [...(said.writes ?? []), { into: 'idempotency_keys', row }] };
    });
  } catch (error) {
    // The same request was faster, and perhaps has moved the picture to where this one is refused.
    const may_be_done = error instanceof AlreadyThere || error instanceof Problem;
    const row = may_be_done ? await findReplay(call, idempotency) : null;
    if (!row) throw error;
    return row;
  }
}
