/**
 * `/v1/callbacks/{resource_id}/{task_id}?order=&signature=`: a provider's result. No key is asked for, so nothing of the body is read
 * before headers and address have shown that it may be one: then as much as its task may send, and so much of all callers together.
 */
import { Problem } from '../../contract/problems.ts';
import { CallbackBody } from '../../contract/routes/inbound.ts';
import { JSON_TYPES } from '../../contract/routes/shared.ts';
import { rule } from '../../contract/rules.ts';
import type { Callbacks, KoaContext, PublicRequest } from '../context.ts';
import type { Reply, RequestOf } from '../handlers.ts';
import { busy, notFound, routeNotFound, validationFailed } from '../problems/problems.ts';
import { checkType, decodeUtf8, parseJson, readBytes } from '../request/body.ts';
import { validate } from '../request/validate.ts';

/** Throws 404 where no provider calls back, 415, and 401 unless the headers could be those of a signed message. */
export function admitCallback({ ctx, deps }: PublicRequest): void {
  const callbacks = callbacksOf(deps);
  checkType(ctx, JSON_TYPES);
  if (callbacks.idOf(ctx.headers) !== null) return;
  callbacks.counts.add('forged');
  throw unsigned();
}

/** 200 once it is kept, whether it was waited for or not; and again for a message that was here before. */
export async function takeCallback(request: RequestOf<'take_callback'>): Promise<Reply<'take_callback'>> {
  const { ctx, deps, params, query } = request;
  const { limits, log, unverified } = deps;
  const callbacks = callbacksOf(deps);
  const { resource_id, task_id } = params;
  const { request_id } = ctx.state;
  const address = { ...query, resource_id, task_id };
  const expected = await callbacks.expected(address);
  if (expected === 'unknown' || expected === 'forged') throw refused(request, callbacks, expected);
  const limit = expected === 'under_way' ? limits.max_callback_bytes : limits.max_late_callback_bytes;
  const release = unverified.take(announced(ctx, limit));
  if (!release) throw busy(limits);
  try {
    const bytes = await readBytes({ ctx }, limit);
    const webhook_id = callbacks.verify(bytes, ctx.headers);
    if (webhook_id === null) {
      callbacks.counts.add('forged');
      log.warn(
        { event: 'callback.bad_signature', request_id, resource_id, task_id },
        'rejected a callback: its signature is not of its body',
      );
      throw unsigned();
    }
    const body = decodeUtf8(bytes);
    if (bytes.byteLength <= limits.max_inline_json_bytes) checkShort(bytes, { ctx, deps }, task_id);
    const received = await callbacks.receive({ ...address, webhook_id, body });
    if (received.outcome === 'unknown' || received.outcome === 'forged') throw refused(request, callbacks, received.outcome);
    const { outcome } = received;
    callbacks.counts.add(COUNTED[outcome]);
    log.info(
      { event: 'callback.received', request_id, resource_id, task_id, webhook_id, outcome },
      'received a provider callback',
    );
    if (received.outcome === 'unusable') throw validationFailed([{ pointer: '', detail: received.detail }]);
    return { status: 200, body: { outcome: received.outcome } };
  } finally {
    release();
  }
}

const COUNTED = { told: 'taken', kept: 'stale', known: 'repeated', unusable: 'unusable' } as const;

/** Nothing of it is kept, and the provider need not say it again. */
function refused({ ctx, deps, params }: RequestOf<'take_callback'>, { counts }: Callbacks, why: 'unknown' | 'forged'): Problem {
  counts.add(why);
  const { resource_id, task_id } = params;
  const fields = { event: `callback.${why}`, request_id: ctx.state.request_id, resource_id, task_id };
  deps.log.warn(fields, WHY_REFUSED[why]);
  return notFound();
}
const WHY_REFUSED = {
  unknown: 'rejected a callback: there is no such picture, or not any more',
  forged: 'rejected a callback: its address was not signed by this service, or was issued by an earlier version',
};

/** Reports what a short body lacks in the API's own words; a long one is checked by its reader, off the event loop. */
function checkShort(bytes: Uint8Array, { ctx, deps }: PublicRequest, task_id: string): void {
  const { max_errors, max_json_depth, max_callback_json_values: max_json_values } = deps.limits;
  const body = validate(CallbackBody, parseJson(bytes, { max_json_depth, max_json_values }), {
    language: ctx.state.language,
    max_errors,
  });
  if (body.task_id !== task_id)
    throw validationFailed([
      { pointer: '/task_id', detail: rule('is not the one that the address names, which was given with the work') },
    ]);
}

function callbacksOf({ callbacks }: PublicRequest['deps']): Callbacks {
  if (!callbacks) throw routeNotFound();
  return callbacks;
}

/** Without a length it may become as much as is let in. */
function announced({ req }: KoaContext, limit: number): number {
  const length = Number(req.headers['content-length'] ?? limit);
  return Math.min(Number.isFinite(length) ? length : limit, limit);
}

const unsigned = () =>
  new Problem('UNAUTHENTICATED', {
    en: 'The signature is not of this body with our secret, or its time is more than 5 minutes off. Nothing was changed.',
    zh: '签名与请求体或密钥不符，或时间相差超过 5 分钟。未作任何更改。',
  });
