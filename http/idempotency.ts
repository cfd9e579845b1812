/** `Idempotency-Key` on creating: the same request said again answers what came of the first; another request under it is refused. */
import { createHash } from 'node:crypto';
import { Problem } from '../contract/problems.ts';
import type { NewResource } from '../runtime/engine.ts';
import { AlreadyThere, type ResourceRow } from '../runtime/ports-facts.ts';
import type { Context, KeyCall } from './deps.ts';
import { badRequest, noPicture } from './say-no.ts';
import { originOf } from './tell.ts';

export type Idempotency = NonNullable<NewResource['idempotency']>;

/** The key that came with the request; null without one. `request`: all that makes it the same request, as parsed. */
export function idempotencyOf(ctx: Context, request: unknown): Idempotency | null {
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
export async function replayed({ deps, caller }: KeyCall, said: Idempotency | null): Promise<ResourceRow | null> {
  const { resources } = deps.facts;
  const first = said && (await resources.byIdempotencyKey(caller.scope, said.key));
  if (!first) return null;
  if (first.fingerprint !== said.fingerprint)
    throw new Problem('IDEMPOTENCY_KEY_REUSED', {
      en: 'This key came with another request before; nothing was done. Use a new key for each new picture.',
      zh: '该键此前用于另一个请求，本次未执行。每张新图片请使用新的键。',
    });
  const row = await resources.get(caller.scope, first.resource_id);
  if (!row) throw noPicture();
  return row;
}

/** Creates, unless the same request was faster. Of two at once the database lets one through, and the other answers that one's. */
export async function createdOnce(call: KeyCall, resource: NewResource): Promise<{ row: ResourceRow; first: boolean }> {
  try {
    return { row: await call.deps.engine.create(resource, originOf(call)), first: true };
  } catch (error) {
    const row = error instanceof AlreadyThere ? await replayed(call, resource.idempotency) : null;
    if (!row) throw error;
    return { row, first: false };
  }
}
