/** What a new picture begins with, and whether it is new at all. */
import { Metadata, type MetadataPatch, missingOf, NO_METADATA, patched } from '../../contract/metadata.ts';
import { beyond, NO_USAGE, OverQuota, plus, type Usage } from '../../runtime/accounts/usage.ts';
import type { NewResource } from '../../runtime/resources/engine.ts';
import type { KeyRequest } from '../context.ts';
import type { HttpLimits } from '../limits.ts';
import type { Idempotency } from './idempotency.ts';
import { validate } from './validate.ts';

type Wanted = {
  resource_id?: string;
  filename: string;
  content_type: string;
  metadata?: MetadataPatch | undefined;
  batch_id?: string | undefined;
  claimed: NewResource['claimed'];
  byte_claim?: string | null;
  kept?: boolean;
  idempotency: Idempotency | null;
};
export function newResource(call: KeyRequest, wanted: Wanted): NewResource {
  const { deps, caller } = call;
  const { filename, content_type, claimed, idempotency } = wanted;
  const metadata = metadataOf(call, NO_METADATA, wanted.metadata ?? {});
  return {
    resource_id: wanted.resource_id ?? deps.clock.newId(),
    org_id: caller.scope.org_id,
    user_id: caller.key.user_id,
    key_id: caller.key.key_id,
    batch_id: wanted.batch_id ?? null,
    ...{ filename, content_type, claimed, metadata, idempotency },
    described: missingOf(metadata, deps.required_metadata).length === 0,
    byte_claim: wanted.byte_claim ?? null,
    kept: wanted.kept ?? false,
    quota: quotaOf(deps.limits),
  };
}

const quotaOf = ({ quota_pictures, quota_bytes, max_awaited, max_announced_bytes }: HttpLimits): Usage => ({
  pictures: quota_pictures,
  bytes: quota_bytes,
  awaited: max_awaited,
  announced: max_announced_bytes,
});

/** Before a file is received, so that nobody sends what can't be kept: throws OverQuota. The commit that begins the picture looks again. */
export async function checkQuota({ ctx, deps, caller }: KeyRequest): Promise<void> {
  const { max_form_json_bytes } = deps.limits; // what is no file in a form
  const bytes = Math.max(0, Number(ctx.req.headers['content-length'] ?? 0) - max_form_json_bytes);
  const quota = { ...quotaOf(deps.limits), awaited: Number.POSITIVE_INFINITY, announced: Number.POSITIVE_INFINITY };
  const next = plus(await deps.facts.usage.get(caller.scope), { ...NO_USAGE, pictures: 1, bytes });
  const exceeded = beyond(next, quota);
  if (exceeded) throw new OverQuota(exceeded, quota);
}

/** The metadata after a patch. Each part may be legal and the whole too large: `extra` is checked merged. */
export function metadataOf(call: Pick<KeyRequest, 'ctx' | 'deps'>, before: Metadata, patch: MetadataPatch): Metadata {
  const { max_errors } = call.deps.limits;
  return validate(Metadata, patched(before, patch), { language: call.ctx.state.language, max_errors, at: '/metadata' });
}
