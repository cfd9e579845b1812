/** `Idempotency-Key`: the same request sent again returns the result of the first; another request under it is refused. */
import { createHash } from 'node:crypto';
import { Problem } from '../../contract/problems.ts';
import { OverQuota } from '../../runtime/accounts/usage.ts';
import { AlreadyThere } from '../../runtime/ports/facts.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { NewResource } from '../../runtime/resources/engine.ts';
import type { AuthenticatedRequest, KeyRequest, KoaContext } from '../context.ts';
import { badRequest, notFound } from '../problems/problems.ts';
import type { Matches } from '../response/etag.ts';
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
export async function findReplay(
  { deps, caller }: AuthenticatedRequest,
  idempotency: Idempotency | null,
): Promise<ResourceRow | null> {
  const { resources } = deps.facts;
  const first = idempotency && (await resources.byIdempotencyKey(caller.scope, idempotency.key));
  if (!first) return null;
  if (first.fingerprint !== idempotency.fingerprint) throw keyReused();
  const row = await resources.get(caller.scope, first.resource_id);
  if (!row) throw notFound();
  return row;
}

export const keyReused = (): Problem =>
  new Problem('IDEMPOTENCY_KEY_REUSED', {
    en: 'This key came with another request before; nothing was done. Use a new key for each new request.',
    zh: '该键此前用于另一个请求，本次未执行。每个新请求请使用新的键。',
  });

/** Of one picture in a request about many. No client can send such a key: it has spaces. */
export const keyOfPart = ({ key, fingerprint }: Idempotency, resource_id: string): Idempotency => ({
  key: `part ${createHash('sha256').update(key).digest('base64url')} ${resource_id}`,
  fingerprint,
});

/** Creates, unless the same request was faster: of two at once the database lets one through, and the other returns its row. null: the bytes were claimed by another picture meanwhile. */
export async function createOnce(call: KeyRequest, resource: NewResource): Promise<{ row: ResourceRow; first: boolean } | null> {
  try {
    return { row: await call.deps.engine.create(resource, originOf(call)), first: true };
  } catch (error) {
    // Or the one that was faster took the last room that there was.
    const may_be_done = error instanceof AlreadyThere || error instanceof OverQuota;
    const row = may_be_done ? await findReplay(call, resource.idempotency) : null;
    if (row) return { row, first: false };
    if (error instanceof AlreadyThere && error.table === 'resources') return null;
    throw error;
  }
}

/**
 * `sendEvent`, done once however often it is sent under one key: returns the current picture. `request`: what is asked for; the picture
 * and that it is no creation are added to it here.
 */
export async function sendEventOnce(
  call: AuthenticatedRequest,
  resource_id: string,
  request: object,
  build: BuildEvent,
): Promise<ResourceRow> {
  return sendOnce(call, resource_id, idempotencyOf(call.ctx, { resource_id, ...request }), build);
}

/** As `sendEventOnce`, under this key. */
export async function sendOnce(
  call: AuthenticatedRequest,
  resource_id: string,
  idempotency: Idempotency | null,
  build: BuildEvent,
  matches?: Matches,
): Promise<ResourceRow> {
  const replay = await findReplay(call, idempotency);
  if (replay) return replay;
  try {
    const once: BuildEvent = async (current) => {
      const event = await build(current);
      if (!event || !idempotency) return event;
      const row = { ...idempotency, resource_id, org_id: current.org_id, at: call.deps.clock.now() };
      return { ...event, writes: [...(event.writes ?? []), { into: 'idempotency_keys', row }] };
    };
    return await sendEvent(call, resource_id, once, matches);
  } catch (error) {
    // The same request was faster, and perhaps has moved the picture to where this one is refused.
    const may_be_done = error instanceof AlreadyThere || error instanceof Problem;
    const row = may_be_done ? await findReplay(call, idempotency) : null;
    if (!row) throw error;
    return row;
  }
}
