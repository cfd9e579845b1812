/**
 * `/v1/callbacks/{resource_id}/{task_id}?order=&signature=`: a provider's result. No key is asked for, so nothing of the body is read
 * before headers and address have shown that it may be one: then as much as its task may send, and so much of all callers together.
 */
import { z } from 'zod';
import { Problem } from '../../contract/problems.ts';
import { Id } from '../../contract/resource.ts';
import type { CallbackAddress, KoaContext, PublicRequest } from '../context.ts';
import { busy, notFound, routeNotFound, validationFailed } from '../problems/problems.ts';
import { checkType, decodeUtf8, JSON_TYPES, parseJson, readBytes } from '../request/body.ts';
import { resourceId, validate, validateQuery } from '../request/validate.ts';

/** What we look at ourselves; the rest is the provider's, and read by its parser. */
const Body = z.looseObject({ task_id: Id });
/** Addresses of an earlier version have no query: they are refused as any other that we did not give out. */
const Query = z.strictObject({
  order: z.int().min(0).default(0),
  signature: z.string().max(100).default(''),
});

/** 200 once it is kept, whether it was waited for or not; and again for a message that was here before. */
export async function takeCallback({ ctx, deps }: PublicRequest): Promise<void> {
  const { callbacks, limits, log, unverified } = deps;
  if (!callbacks) throw routeNotFound();
  checkType(ctx, JSON_TYPES);
  if (callbacks.idOf(ctx.headers) === null) throw unsigned();
  const address = addressOf({ ctx, deps });
  const { resource_id, task_id } = address;
  const expected = await callbacks.expected(address);
  if (expected === 'nobody') throw notFound();
  const limit = expected === 'under_way' ? limits.max_callback_bytes : limits.max_late_callback_bytes;
  const release = unverified.take(announced(ctx, limit));
  if (!release) throw busy(limits);
  try {
    const bytes = await readBytes({ ctx }, limit);
    const webhook_id = callbacks.verify(bytes, ctx.headers);
    if (webhook_id === null) throw unsigned();
    const body = decodeUtf8(bytes);
    if (bytes.byteLength <= limits.max_inline_json_bytes) checkShort(bytes, { ctx, deps }, task_id);
    const taken = await callbacks.receive({ ...address, webhook_id, body });
    const { outcome } = taken;
    const { request_id } = ctx.state;
    log.info(
      { event: 'callback.received', request_id, resource_id, task_id, webhook_id, outcome },
      'received a provider callback',
    );
    if (outcome === 'nobody') throw notFound();
    if ('detail' in taken) throw validationFailed([{ pointer: '', detail: taken.detail }]);
    ctx.body = { outcome };
  } finally {
    release();
  }
}

/** What a short body lacks is said here, in the words of the API; of a long one its reader says it, away from the event loop. */
function checkShort(bytes: Uint8Array, { ctx, deps }: PublicRequest, task_id: string): void {
  const { max_errors, max_json_depth, max_callback_json_values: max_json_values } = deps.limits;
  const said = validate(Body, parseJson(bytes, { max_json_depth, max_json_values }), {
    language: ctx.state.language,
    max_errors,
  });
  if (said.task_id !== task_id)
    throw validationFailed([
      { pointer: '/task_id', detail: 'is not the one that the address names, which was given with the work' },
    ]);
}

function addressOf({ ctx, deps }: PublicRequest): CallbackAddress {
  const query = validateQuery({ ctx, deps }, Query, { integers: ['order'] });
  const task_id = Id.safeParse(ctx.params.task_id);
  if (!task_id.success) throw notFound();
  return { ...query, resource_id: resourceId(ctx), task_id: task_id.data };
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
