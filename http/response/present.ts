/** Rows as the contract shows them: times in RFC 3339, words in the reader's language, previews by signed links. */
import { FAILURE_CODES, type Failure, type ServiceFailure } from '../../contract/failures.ts';
import { missingOf, takenAt } from '../../contract/metadata.ts';
import { pausedWords, stepAwaited } from '../../contract/ops.ts';
import { remarkAnswer, remarksOf } from '../../contract/remarks.ts';
import type { HistoryItem, Resource, Upload } from '../../contract/resource.ts';
import { actionsFor } from '../../contract/routes/actions.ts';
import { type Text, waitsFor } from '../../contract/statuses.ts';
import { sizeTurned, turnedOf } from '../../contract/text.ts';
import type { JournalEntry } from '../../runtime/ports/journal.ts';
import type { UploadLink } from '../../runtime/ports/objects.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { linkQuery } from '../access/auth.ts';
import type { KoaContext, Language, PublicRequest, RequestDeps } from '../context.ts';
import { asReached, baseUrl } from './base-url.ts';
import { etagOf } from './etag.ts';

const HOUR_MS = 3_600_000;
const timeOf = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null) => (ms === null ? null : timeOf(ms));

/** The size that lists of pictures show. */
const LISTED_SIZE = '320';

export function presentResource(row: ResourceRow, { ctx, deps }: { ctx: KoaContext; deps: RequestDeps }): Resource {
  const { clock } = deps;
  const { resource_id, org_id, user_id, batch_id, status, phase, viewable, searchable, revision, indexed_revision, has_vector } =
    row;
  const { filename, content_type, byte_size, sha256, page_count, duplicate_of, metadata, allowed_events } = row;
  const { taken_at, taken_at_source } = takenAt(row);
  const { own_text, ordered_engine = null } = row.reading;
  return {
    ...{ resource_id, org_id, user_id, batch_id, status, phase },
    waits_for: waitedFor(row, deps)[ctx.state.language],
    // Deadlines run in service time: shown as the wall time at which it will be reached if nothing stands still until then.
    deadline_at: timeOrNull(row.deadline_at === null ? null : clock.now() + (row.deadline_at - clock.serviceTime())),
    ...{ viewable, searchable, revision, indexed_revision, has_vector },
    ...{ filename, content_type, byte_size, sha256, page_count, ...sizesOf(row), duplicate_of },
    ...{ metadata: { ...metadata, taken_at }, taken_at_source },
    metadata_missing: missingOf(metadata, deps.required_metadata),
    failure: presentFailure(row.failure, ctx.state.language),
    remarks: remarksOf(row.remarks).map((remark) => remarkAnswer(remark, ctx.state.language)),
    reading: { own_text, ordered_engine, engine: row.engine },
    allowed_events,
    actions: ctx.state.role ? actionsFor(row, { role: ctx.state.role, base: baseUrl({ ctx, deps }) }) : [],
    preview_url: viewable ? previewUrl(row, { ctx, deps }) : null,
    created_at: timeOf(row.created_at),
    updated_at: timeOf(row.updated_at),
    uploaded_at: timeOrNull(row.uploaded_at),
    indexed_at: timeOrNull(row.indexed_at),
  };
}

/** Of the pages as they are shown: upright, and turned as they were read. */
function sizesOf({
  width,
  height,
  page_count,
  page_sizes,
  turns,
}: ResourceRow): Pick<Resource, 'width' | 'height' | 'page_sizes'> {
  if (width === null || height === null) return { width, height, page_sizes: null };
  const count = page_sizes || turns ? (page_count ?? 1) : 1;
  const sizes = Array.from({ length: count }, (_, i) => sizeTurned(page_sizes?.[i] ?? [width, height], turnedOf(turns, i + 1)));
  const [first = [width, height]] = sizes;
  const is_same = sizes.every(([w, h]) => w === first[0] && h === first[1]);
  return { width: first[0], height: first[1], page_sizes: is_same ? null : sizes.map(([w, h]) => [w, h]) };
}

/** A step that an operator has paused, or what the status waits for. */
function waitedFor(row: ResourceRow, { pauses }: RequestDeps): Text {
  const step = stepAwaited(row);
  return step !== null && pauses.of(step) ? pausedWords(step) : waitsFor(row.status);
}

const presentFailure = (failure: Failure | null, language: Language): FailureAnswer | null =>
  failure && { ...failure, meaning: FAILURE_CODES[failure.code][language], at: timeOf(failure.at) };
type FailureAnswer = NonNullable<Resource['failure']>;

function presentLast(failure: ServiceFailure | null, language: Language) {
  if (!failure) return null;
  const { code, retryable, detail } = failure;
  return { code, retryable, meaning: FAILURE_CODES[code][language], detail };
}

/** name: of its author. */
export const presentHistory = (
  entry: JournalEntry & { seq: number },
  { name, language }: { name: string | null; language: Language },
): HistoryItem => {
  const { seq, at, event, from, to, revision, by, request_id, failure, run } = entry;
  return {
    ...{ seq, at: timeOf(at), event, from, to, revision, by: { ...by, name }, request_id },
    failure: presentFailure(failure, language),
    run: run && { ...run, last_failure: presentLast(run.last_failure, language) },
  };
};

export function presentUpload(link: UploadLink, row: ResourceRow, call: PublicRequest): Upload {
  const { method, url, headers, fields, expires_at } = link;
  const { deps } = call;
  const { resource_id, org_id } = row;
  const given = { org_id, expires_at: deps.clock.now() + deps.limits.complete_valid_ms };
  const query = linkQuery({ call: 'uploaded', resource_id }, given, call);
  const complete_url = `${baseUrl(call)}/v1/resources/${resource_id}/uploaded?${query}`;
  return {
    method,
    url: asReached(url, call),
    headers,
    ...(fields ? { fields } : {}),
    expires_at: timeOf(expires_at),
    complete_url,
  };
}

/** Its expiry is rounded up to the hour, so that the address stays the same for an hour and browsers cache it. */
function previewUrl({ resource_id, org_id, turns }: ResourceRow, call: PublicRequest): string {
  const { deps } = call;
  const expires_at = Math.ceil((deps.clock.now() + deps.limits.preview_valid_ms) / HOUR_MS) * HOUR_MS;
  const turned = String(turnedOf(turns, 1) || '');
  const query = linkQuery({ call: 'preview', resource_id, size: LISTED_SIZE, turned }, { org_id, expires_at }, call);
  return `${baseUrl(call)}/v1/resources/${resource_id}/preview?${query}`;
}

/** One picture, with its ETag on the response. */
export function presentChanged({ ctx, deps }: PublicRequest, row: ResourceRow): Resource {
  ctx.set('content-language', ctx.state.language);
  ctx.set('etag', etagOf(row));
  return presentResource(row, { ctx, deps });
}

/** What an uploader gets. `upload`: absent when nothing is left to upload. */
export const presentForUploader = <Link extends { upload?: Upload }>(call: PublicRequest, row: ResourceRow, link: Link) => ({
  resource: presentChanged(call, row),
  ...link,
});
