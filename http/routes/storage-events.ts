/**
 * `POST /v1/storage-events`: the store tells of an upload by itself (the event notifications of S3, MinIO and Ceph), for clients that
 * never come back to say so. It is only a hint: inspect looks for itself. Said twice, late or of what is gone, it changes nothing.
 */
import { z } from 'zod';
import { boundedArray } from '../../contract/bounded.ts';
import { Problem } from '../../contract/problems.ts';
import { Id } from '../../contract/resource.ts';
import { hashSecret, isSecret } from '../../runtime/accounts/api-keys.ts';
import type { ResourceRef } from '../../runtime/ports/scope.ts';
import type { PublicRequest, StorageEvents } from '../context.ts';
import { routeNotFound } from '../problems/problems.ts';
import { parseBody } from '../request/body.ts';
import { reportStored } from '../request/report-stored.ts';
import { NO_PARAMETERS, validateQuery } from '../request/validate.ts';

/** Stores send one or a few; each is a commit. */
const MOST_RECORDS = 1_000;
/** Of AWS' event message structure 2.x, which the others follow. Unknown fields are theirs to add; a test message has no Records. */
const Notification = z.object({
  Records: boundedArray(
    z.object({
      eventName: z.string().max(200).optional(),
      s3: z.object({ bucket: z.object({ name: z.string().max(200) }), object: z.object({ key: z.string().max(4_096) }) }),
    }),
    { max: MOST_RECORDS },
  ).default([]),
});
type Notification = z.infer<typeof Notification>;

export async function takeStorageEvents(call: PublicRequest): Promise<void> {
  const { ctx, deps } = call;
  const expected = deps.storage_events;
  if (!expected) throw routeNotFound();
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(ctx.get('authorization').trim()) ?? [];
  if (!expected.tokens.map((known) => isSecret(token, hashSecret(known))).includes(true)) throw notTheStore();
  validateQuery(call, NO_PARAMETERS, {});
  const told = uploadsIn(await parseBody(call, Notification, { max_json_values: deps.limits.max_event_json_values }), expected);
  for (const ref of told) await reportStored(deps.engine, ref, ctx.state.request_id);
  ctx.status = 204;
}

/** Each picture once, of whatever else the bucket's events tell. */
function uploadsIn({ Records }: Notification, { bucket }: StorageEvents): ResourceRef[] {
  const found = new Map<string, ResourceRef>();
  for (const { eventName, s3 } of Records) {
    if (s3.bucket.name !== bucket || !(eventName ?? 'ObjectCreated').includes('ObjectCreated')) continue;
    const [, org_id, resource_id] = /^incoming\/([^/]+)\/([^/]+)\/[^/]+$/.exec(decoded(s3.object.key)) ?? [];
    if (org_id && Id.safeParse(resource_id).success && resource_id)
      found.set(`${org_id}/${resource_id}`, { scope: { org_id }, resource_id });
  }
  return [...found.values()];
}

/** As in a form: `+` is a space. What can't be decoded is no key of ours. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return ''; // a key of somebody else, who may name it as he likes
  }
}

const notTheStore = () =>
  new Problem(
    'UNAUTHENTICATED',
    {
      en: 'Send `Authorization: Bearer <token>` with the token of TUODI_S3_EVENTS_TOKEN. Nothing was changed.',
      zh: '请以 `Authorization: Bearer <令牌>` 发送 TUODI_S3_EVENTS_TOKEN 中的令牌。未作任何更改。',
    },
    { headers: { 'www-authenticate': 'Bearer realm="tuodi"' } },
  );
