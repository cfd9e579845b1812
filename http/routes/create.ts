/**
 * Bringing a picture in. Both forms of `POST /v1/resources` have the same steps: what is asked for, whether that is in already, else a new
 * picture. With JSON the bytes follow by an upload link; a form has brought them, and their upload is reported at once.
 */
import { incomingPrefix } from '../../contract/object-keys.ts';
import type { CreateForm, Upload } from '../../contract/resource.ts';
import { NOTHING_ARRIVED, type Status } from '../../contract/statuses.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { NewResource } from '../../runtime/resources/engine.ts';
import { conflict } from '../../runtime/resources/problems.ts';
import type { Handlers, Reply, RequestOf } from '../handlers.ts';
import { tooLarge } from '../problems/problems.ts';
import { createOnce, findReplay, idempotencyOf } from '../request/idempotency.ts';
import { checkQuota, newResource } from '../request/new-resource.ts';
import { waitIfPreferred } from '../request/prefer-wait.ts';
import { type ReceivedFile, withReceivedFile } from '../request/receive-file.ts';
import { withRoom } from '../request/room.ts';
import { type Bytes, claimOf, findDuplicate, isAnnounced } from '../request/same-bytes.ts';
import { sendEvent } from '../request/send-event.ts';
import { baseUrl } from '../response/base-url.ts';
import { presentChanged, presentForUploader } from '../response/present.ts';
import { uploadLink } from '../response/upload-link.ts';

type Request = RequestOf<'create_resource'>;
/** What both forms ask for. request: all that makes it the same request when it is sent again. */
type Wanted = CreateForm & {
  resource_id?: string;
  filename: string;
  content_type: string;
  claimed: NewResource['claimed'];
  /** The bytes themselves have come. */
  are_here: boolean;
  request: unknown;
};
/** outcome: of this request, of the same one before it, or of another with these bytes. */
type Begun = { row: ResourceRow; outcome: 'created' | 'repeated' | 'duplicate' };

const createFromJson = async (request: Request, body: NonNullable<Request['body']>): Promise<Reply<'create_resource'>> => {
  const { deps } = request;
  const { byte_size, sha256 = null } = body;
  if (byte_size > deps.limits.max_bytes) throw tooLarge(deps.limits);
  const wanted = { ...body, claimed: { byte_size, sha256 }, are_here: false, request: body };
  const { row: begun, outcome } = await begin(request, wanted, (create) => withRoom(deps.objects, byte_size, create));
  if (outcome === 'duplicate') return duplicate(request, begun);
  const row = outcome === 'repeated' ? await renewLinkTimes(request, begun) : begun;
  return created(request, row, row.status === 'AWAITING_UPLOAD' ? { upload: await uploadLink(request, row) } : {});
};

/** Without a link where the bytes are in; those that are awaited may be sent by whoever has them. */
async function duplicate(request: Request, found: ResourceRow): Promise<Reply<'create_resource'>> {
  const row = isAnnounced(found) ? await renewLinkTimes(request, found) : found;
  const link = isAnnounced(row) ? { upload: await uploadLink(request, row) } : {};
  return { status: 200, body: presentForUploader(request, row, link) };
}

/** A crash after the file is stored leaves bytes without an owner, which are swept; after the picture is created, the store is looked at in a minute. */
const createFromForm = async (request: Request): Promise<Reply<'create_resource'>> => {
  await checkQuota(request);
  return withReceivedFile(request, async (file) => {
    const { row, outcome } = await begin(request, wantedBy(file));
    if (outcome === 'created') file.keep();
    if (outcome === 'duplicate')
      return { status: 200, body: presentForUploader(request, await waitIfPreferred(request, row), {}) };
    return created(request, await waitIfPreferred(request, await reportStoredFile(request, row)), {});
  });
};

function wantedBy({ resource_id, fields, filename, content_type, stored }: ReceivedFile): Wanted {
  const { byte_size, sha256 } = stored;
  const request = { said: fields, filename, sha256 }; // as it has always been hashed: keys hold across versions
  return { ...fields, resource_id, filename, content_type, claimed: { byte_size, sha256 }, are_here: true, request };
}

type Made = { row: ResourceRow; first: boolean } | null;
/** The picture that is asked for: the one of the same request before, one that has these bytes already, or a new one. */
async function begin(
  call: Request,
  wanted: Wanted,
  withRoomFor: (create: () => Promise<Made>) => Promise<Made> = (create) => create(),
): Promise<Begun> {
  const idempotency = idempotencyOf(call.ctx, wanted.request);
  const replay = await findReplay(call, idempotency);
  if (replay) return { row: replay, outcome: 'repeated' };
  const { claimed, are_here, on_duplicate } = wanted;
  const { sha256, byte_size } = claimed;
  const kept = on_duplicate === 'keep';
  const make = (byte_claim: string | null) =>
    withRoomFor(() => createOnce(call, newResource(call, { ...wanted, byte_claim, kept, idempotency })));
  const bytes: Bytes | null = kept || sha256 === null ? null : { sha256, byte_size, are_here };
  const found = bytes && (await findDuplicate(call, bytes));
  if (found) return { row: found, outcome: 'duplicate' };
  const made = (await make(bytes && claimOf(bytes))) ?? (await claimantOf(call, bytes)) ?? (await make(null));
  if (!made) throw conflict();
  if (!('first' in made)) return { row: made, outcome: 'duplicate' };
  return { row: made.row, outcome: made.first ? 'created' : 'repeated' };
}

/** Who was faster; null: it is gone already, and claims nothing any more. */
const claimantOf = async ({ deps, caller }: Request, bytes: Bytes | null): Promise<ResourceRow | null> =>
  bytes && deps.facts.resources.claimant(caller.scope, [claimOf(bytes)]);

function created(call: Request, row: ResourceRow, link: { upload?: Upload }): Reply<'create_resource'> {
  call.ctx.set('location', `${baseUrl(call)}/v1/resources/${row.resource_id}`);
  return { status: 201, body: presentForUploader(call, row, link) };
}

/** A repeated request gets a fresh link while the bytes are awaited: its times begin anew. */
const renewLinkTimes = (call: Request, { resource_id }: ResourceRow): Promise<ResourceRow> =>
  sendEvent(call, resource_id, ({ status }) => (status === 'AWAITING_UPLOAD' ? { event: { type: 'UPLOAD_LINK_ISSUED' } } : null));

/** Sent on a repeated request too: the first may have ended between creating and reporting. */
const reportStoredFile = (call: Request, { resource_id }: ResourceRow): Promise<ResourceRow> =>
  sendEvent(call, resource_id, ({ status }) => (status === 'AWAITING_UPLOAD' ? { event: { type: 'UPLOAD_REPORTED' } } : null));

export const createHandlers: Handlers<'create_resource' | 'issue_upload_link' | 'report_upload'> = {
  create_resource: (request) => (request.body ? createFromJson(request, request.body) : createFromForm(request)),

  /** Links given out before stay valid for their time. */
  async issue_upload_link(request) {
    const row = await sendEvent(request, request.params.resource_id, () => ({ event: { type: 'UPLOAD_LINK_ISSUED' } }));
    return { status: 200, body: presentForUploader(request, row, { upload: await uploadLink(request, row) }) };
  },

  report_upload: {
    linkUse: (ctx) => ({ call: 'uploaded', resource_id: ctx.params.resource_id ?? '' }),
    async handle(request) {
      const row = await sendEvent(request, request.params.resource_id, ({ status, uploaded_at }) => {
        const is_seen = status !== 'AWAITING_UPLOAD' && (uploaded_at !== null || LOOKED_AT.has(status));
        const by_store_too = request.deps.links.store !== null; // see objects.ts
        return is_seen ? null : { event: { type: 'UPLOAD_REPORTED', ...(by_store_too ? { by_store_too } : {}) } };
      });
      const now = await waitIfPreferred(request, row);
      const body = presentChanged(request, now);
      const lacks = now.status === 'AWAITING_UPLOAD' && (await hasNothing(request, now));
      return { status: 200, body: lacks ? { ...body, waits_for: NOTHING_ARRIVED[request.ctx.state.language] } : body };
    },
  },
};
/** How long a response waits for that look, in ms. */
const LOOK_MS = 3_000;
/** Whether the store has no upload of it; false where it can't be asked in time, since the report was taken all the same. */
const hasNothing = ({ deps: { clock, objects } }: RequestOf<'report_upload'>, row: ResourceRow): Promise<boolean> =>
  withTimeout({ clock, limit_ms: LOOK_MS }, () => objects.page(incomingPrefix(row), null, 1)).then(
    (uploads) => uploads.length === 0,
    () => false,
  );
/** The store was looked at though nobody had reported an upload. */
const LOOKED_AT: ReadonlySet<Status> = new Set(['REJECTED', 'INDEX_FAILED']);
