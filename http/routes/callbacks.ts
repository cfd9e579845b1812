/** `/v1/callbacks/{resource_id}/{task_id}`: a provider's result. Its signature is all that is asked for. */
import { z } from 'zod';
import type { Json } from '../../contract/json.ts';
import { Problem } from '../../contract/problems.ts';
import { Id } from '../../contract/resource.ts';
import { bytesOf, checkType, JSON_TYPES, jsonOf } from '../body.ts';
import type { OpenCall } from '../deps.ts';
import { NOTHING, parsed, parsedQuery, resourceId } from '../parse.ts';
import { invalid, noPicture, nothingHere } from '../say-no.ts';

/** What we look at ourselves; the rest is the provider's, and read by its parser. */
const Body = z.looseObject({ task_id: Id });

/** 200 once it is kept, whether it was waited for or not; and again for a message that was here before. */
export async function takeCallback({ ctx, deps }: OpenCall): Promise<void> {
  const { callbacks, limits, log } = deps;
  if (!callbacks) throw nothingHere();
  parsedQuery({ ctx, deps }, NOTHING, {});
  checkType(ctx, JSON_TYPES);
  const bytes = await bytesOf({ ctx }, limits.max_callback_bytes);
  const webhook_id = callbacks.verify(bytes, ctx.headers);
  if (webhook_id === null) throw unsigned();
  const resource_id = resourceId(ctx);
  const { language } = ctx.state;
  const { max_json_depth, max_callback_json_values: max_json_values } = limits;
  const body = jsonOf(bytes, { max_json_depth, max_json_values }) as Json; // what JSON.parse answers is JSON
  const { task_id } = parsed(Body, body, { language, max_errors: limits.max_errors });
  if (task_id !== ctx.params.task_id)
    throw invalid([{ pointer: '/task_id', detail: 'is not the one that the address names, which was given with the work' }]);
  const taken = await callbacks.receive({ resource_id, task_id, webhook_id, body });
  const { outcome } = taken;
  log.info({ request_id: ctx.state.request_id, resource_id, task_id, webhook_id, outcome }, 'a provider called back');
  if (outcome === 'nobody') throw noPicture();
  if ('detail' in taken) throw invalid([{ pointer: '', detail: taken.detail }]);
  ctx.body = { outcome };
}

const unsigned = () =>
  new Problem('UNAUTHENTICATED', {
    en: 'The signature is not of this body with our secret, or its time is more than 5 minutes off. Nothing was changed.',
    zh: '签名与请求体或密钥不符，或时间相差超过 5 分钟。未作任何更改。',
  });
