/**
 * `POST /v1/storage-events`: the store reports an upload by itself (the event notifications of S3, MinIO and Ceph), for clients that
 * never come back to say so. It is only a hint: inspect looks for itself. Said twice, late or of what is gone, it changes nothing.
 */
import { Problem } from '../../contract/problems.ts';
import { Id } from '../../contract/resource.ts';
import { StorageNotification } from '../../contract/routes/inbound.ts';
import { hashSecret, isSecret } from '../../runtime/accounts/api-keys.ts';
import type { ResourceRef } from '../../runtime/ports/scope.ts';
import type { PublicRequest, StorageEvents } from '../context.ts';
import type { Reply, RequestOf } from '../handlers.ts';
import { routeNotFound } from '../problems/problems.ts';
import { parseBody } from '../request/body.ts';
import { reportStored } from '../request/report-stored.ts';

/** Throws 404 where no store was given a token, and 401 without it. */
export function admitStore({ ctx, deps }: PublicRequest): void {
  const { tokens } = storeOf(deps);
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(ctx.get('authorization').trim()) ?? [];
  if (!tokens.map((known) => isSecret(token, hashSecret(known))).includes(true)) throw notTheStore();
}

export async function takeStorageEvents(request: RequestOf<'take_storage_events'>): Promise<Reply<'take_storage_events'>> {
  const { ctx, deps } = request;
  const { max_event_json_values: max_json_values } = deps.limits;
  const uploads = uploadsIn(await parseBody(request, StorageNotification, { max_json_values }), storeOf(deps));
  for (const ref of uploads) await reportStored(deps.engine, ref, ctx.state.request_id);
  return { status: 204 };
}

function storeOf({ storage_events }: PublicRequest['deps']): StorageEvents {
  if (!storage_events) throw routeNotFound();
  return storage_events;
}

/** Each picture once, whatever else the bucket's events report. */
function uploadsIn({ Records }: StorageNotification, { bucket }: StorageEvents): ResourceRef[] {
  const found = new Map<string, ResourceRef>();
  for (const { eventName, s3 } of Records) {
    if (s3.bucket.name !== bucket || !(eventName ?? 'ObjectCreated').includes('ObjectCreated')) continue;
    const [, org_id, resource_id] = /^incoming\/([^/]+)\/([^/]+)\/[^/]+$/.exec(decode(s3.object.key)) ?? [];
    if (org_id && Id.safeParse(resource_id).success && resource_id)
      found.set(`${org_id}/${resource_id}`, { scope: { org_id }, resource_id });
  }
  return [...found.values()];
}

/** As in a form: `+` is a space. What can't be decoded is no key of ours. */
function decode(key: string): string {
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
