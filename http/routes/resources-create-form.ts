/**
 * POST /v1/resources as multipart/form-data: 1. the file is stored under `incoming/`, where an upload link would have put it, hashed and
 * bounded on its way, 2. the picture is created, 3. UPLOAD_REPORTED is said. A crash after 1 leaves bytes that nobody owns, which are
 * swept from `incoming/`; after 2, the store is looked at in a minute, or when the client says the request again.
 */
import { z } from 'zod';
import { MetadataPatch } from '../../contract/metadata.ts';
import { incomingPrefix } from '../../contract/object-keys.ts';
import { CONTENT_TYPES, CreateResource } from '../../contract/resource.ts';
import { type StoredObject, TooManyBytes } from '../../runtime/ports/objects.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { KeyRequest } from '../context.ts';
import { tooLarge } from '../problems/problems.ts';
import { parseJson } from '../request/body.ts';
import { createOnce, findReplay, idempotencyOf } from '../request/idempotency.ts';
import { type FilePart, receiveForm } from '../request/multipart.ts';
import { checkQuota, findDuplicate, newResource } from '../request/new-resource.ts';
import { nonEmptyStream } from '../request/non-empty-stream.ts';
import { waitIfPreferred } from '../request/prefer-wait.ts';
import { announcedBytes, withRoom } from '../request/room.ts';
import { sendEvent } from '../request/send-event.ts';
import { validate } from '../request/validate.ts';
import { respondUploader } from '../response/present.ts';

const Fields = z.strictObject({
  metadata: MetadataPatch.optional(),
  batch_id: CreateResource.shape.batch_id,
  on_duplicate: CreateResource.shape.on_duplicate,
});
type Sent = { said: z.output<typeof Fields>; filename: string; content_type: string; stored: StoredObject };

export async function createFromForm(call: KeyRequest): Promise<void> {
  const { deps, caller } = call;
  const resource_id = deps.clock.newId();
  const incoming = incomingPrefix({ org_id: caller.scope.org_id, resource_id });
  let kept = false;
  await checkQuota(call);
  try {
    const sent = await receiveForm(call, (file) => stored(call, incoming, file));
    const { row, status, mine } = await created(call, resource_id, sent);
    kept = mine;
    const now = status === 201 ? await reported(call, row) : row;
    respondUploader(call, await waitIfPreferred(call, now), { status, upload: null });
  } finally {
    if (!kept) await deps.objects.removePrefix(incoming); // refused, or the bytes are in already
  }
}

/** The fields are judged before the first byte is stored. */
async function stored(call: KeyRequest, incoming: string, { fields, filename, content_type, bytes }: FilePart): Promise<Sent> {
  const { clock, limits, objects } = call.deps;
  const said = fieldsOf(call, fields);
  if (said.metadata?.title == null) said.metadata = { ...said.metadata, title: filename };
  const type = CONTENT_TYPES.find((known) => known === content_type) ?? 'application/octet-stream'; // `inspect` looks for itself
  try {
    const put = () => objects.put(incoming + clock.newId(), nonEmptyStream(bytes, '/file'), limits.max_bytes);
    const object = await withRoom(objects, announcedBytes(call, limits.max_bytes), put);
    return { said, filename, content_type: type, stored: object };
  } catch (error) {
    throw error instanceof TooManyBytes ? tooLarge(limits) : error;
  }
}

function fieldsOf({ ctx, deps }: KeyRequest, fields: ReadonlyMap<string, string>): Sent['said'] {
  const { limits } = deps;
  const value = new Map<string, unknown>(fields);
  const metadata = fields.get('metadata');
  if (metadata !== undefined) value.set('metadata', parseJson(Buffer.from(metadata), limits));
  return validate(Fields, Object.fromEntries(value), { language: ctx.state.language, max_errors: limits.max_errors });
}

/** The picture that these bytes are of: the one that this request made before, one that has them already, or a new one. */
async function created(
  call: KeyRequest,
  resource_id: string,
  sent: Sent,
): Promise<{ row: ResourceRow; status: 200 | 201; mine: boolean }> {
  const { said, filename, content_type, stored } = sent;
  const { byte_size, sha256 } = stored;
  const idempotency = idempotencyOf(call.ctx, { said, filename, sha256 });
  const before = await findReplay(call, idempotency);
  if (before) return { row: before, status: 201, mine: false };
  const twin = said.on_duplicate === 'return' ? await findDuplicate(call, sha256) : null;
  if (twin) return { row: twin, status: 200, mine: false };
  const asked = { ...said, resource_id, filename, content_type, claimed: { byte_size, sha256 }, idempotency };
  const { row, first } = await createOnce(call, newResource(call, asked));
  return { row, status: 201, mine: first };
}

/** Said again, too: the first request may have ended between creating and reporting. */
const reported = (call: KeyRequest, { resource_id }: ResourceRow) =>
  sendEvent(call, resource_id, ({ status }) => (status === 'AWAITING_UPLOAD' ? { event: { type: 'UPLOAD_REPORTED' } } : null));
