/** `/objects/{+key}`: where the embedded store's signed links lead. A link is all that is asked for, and it grants one key. */
import { Problem } from '../../contract/problems.ts';
import { disposition } from '../../runtime/content-disposition.ts';
import { type ObjectHead, TooManyBytes } from '../../runtime/ports/objects.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { ResourceRef } from '../../runtime/ports/scope.ts';
import { checkLinkKey, linkProblem } from '../access/auth.ts';
import type { LinkQuery, PublicRequest, StoreLinks } from '../context.ts';
import type { Reply } from '../handlers.ts';
import { badRequest, routeNotFound, tooLarge } from '../problems/problems.ts';
import { mediaType } from '../request/body.ts';
import { nonEmptyStream } from '../request/non-empty-stream.ts';
import { reportStored } from '../request/report-stored.ts';
import { announcedBytes, withRoom } from '../request/room.ts';
import { isNotModified } from '../response/etag.ts';

/**
 * The same link twice replaces what it wrote: inspection judges a copy that no link can write. What is stored is reported here, so that
 * nobody has to come back for it.
 */
export async function putObject({ ctx, deps }: PublicRequest): Promise<Reply<'put_object'>> {
  const grant = storeOf({ ctx, deps }).openUpload(keyOf({ ctx, deps }), queryOf({ ctx, deps }));
  if ('refused' in grant) throw linkProblem(grant);
  await stillHolds({ ctx, deps }, grant);
  const { key, content_type } = grant;
  const max_bytes = Math.min(grant.max_bytes, deps.limits.max_bytes);
  if (mediaType(ctx) !== content_type) throw otherType(content_type);
  if (ctx.get('content-encoding') !== '' || ctx.get('content-range') !== '')
    throw badRequest('Send the whole file as it is, neither compressed nor in ranges.', '请原样发送整个文件，不要压缩或分段。');
  if (Number(ctx.req.headers['content-length'] ?? 0) > max_bytes) throw tooLarge({ max_bytes });
  try {
    const put = () => deps.objects.put(key, nonEmptyStream(ctx.req, ''), max_bytes);
    const { sha256, byte_size } = await withRoom(deps.objects, announcedBytes({ ctx }, max_bytes), put);
    await report({ ctx, deps }, key);
    ctx.set('etag', `"${sha256}"`);
    return { status: 200, body: { byte_size, sha256 } };
  } catch (cause) {
    if (cause instanceof TooManyBytes) throw tooLarge({ max_bytes });
    if (ctx.req.destroyed && !ctx.req.complete)
      throw badRequest('The file did not arrive whole, and nothing was kept.', '文件未完整到达，未保存任何内容。', cause);
    throw cause;
  }
}

/** The bytes are in, whatever becomes of the report: without it the store is looked at in time. */
async function report({ ctx, deps }: PublicRequest, key: string): Promise<void> {
  const ref = refOf(key);
  await reportStored(deps.engine, ref, ctx.state.request_id).catch((error: unknown) => {
    deps.log.warn(
      { event: 'upload.report_failed', err: error, resource_id: ref.resource_id },
      'could not report a stored upload; the machine checks the store within a minute',
    );
  });
}

export async function getObject({ ctx, deps }: PublicRequest): Promise<Reply<'get_object'>> {
  const grant = storeOf({ ctx, deps }).openRead(keyOf({ ctx, deps }), queryOf({ ctx, deps }));
  if ('refused' in grant) throw linkProblem(grant);
  const row = await stillHolds({ ctx, deps }, grant);
  if (!row.viewable) throw routeNotFound();
  const { key, content_type, filename } = grant;
  const head = await deps.objects.head(key);
  if (!head) throw routeNotFound();
  ctx.set('accept-ranges', 'bytes');
  ctx.set('cache-control', 'private, no-cache');
  ctx.set('content-disposition', disposition({ content_type, filename }));
  ctx.set('content-security-policy', "default-src 'none'; sandbox");
  ctx.set('cross-origin-resource-policy', 'cross-origin'); // shown by a web app of another origin
  if (isNotModified(ctx, `"${head.byte_size}-${head.modified_at}"`)) return { status: 304 };
  ctx.status = 200;
  const range = rangeOf(ctx.get('range'), head);
  const length = range ? range.end - range.start + 1 : head.byte_size;
  if (range) {
    ctx.status = 206;
    ctx.set('content-range', `bytes ${range.start}-${range.end}/${head.byte_size}`);
  }
  const bytes = ctx.method === 'HEAD' ? null : await deps.objects.read(key, range ?? undefined);
  if (bytes) ctx.body = bytes;
  else if (ctx.method !== 'HEAD') throw routeNotFound();
  ctx.type = content_type;
  ctx.length = length; // last: setting a stream as the body takes it away
  return { status: range ? 206 : 200 };
}

/** A link ends with the key that it was given out to, and with its picture: one read of each by its id. Throws 403 or 404. */
async function stillHolds(
  { ctx, deps }: PublicRequest,
  { key, granted_to }: { key: string; granted_to?: string },
): Promise<ResourceRow> {
  if (granted_to !== undefined) await checkLinkKey(ctx, granted_to, deps);
  const { scope, resource_id } = refOf(key);
  const row = await deps.facts.resources.get(scope, resource_id);
  if (!row || row.phase === 'gone') throw routeNotFound();
  return row;
}

function refOf(key: string): ResourceRef {
  const [org_id = '', resource_id = ''] = key.replace(/^incoming\//, '').split('/');
  return { scope: { org_id }, resource_id };
}
/** Throws 404 where the store serves its links itself. */
export function storeOf({ deps }: PublicRequest): StoreLinks {
  if (!deps.links.store) throw routeNotFound();
  return deps.links.store;
}
const keyOf = ({ ctx }: PublicRequest): string => ctx.params.key ?? '';
/** One value a name: a name given twice is none, which no signature covers. */
function queryOf({ ctx }: PublicRequest): LinkQuery {
  const query = new URLSearchParams(ctx.querystring);
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => [name, query.getAll(name).length === 1 ? (query.get(name) ?? '') : undefined]),
  );
}

const otherType = (content_type: string) =>
  new Problem('UNSUPPORTED_MEDIA_TYPE', {
    en: `This link is for ${content_type}: send the headers that came with it. Nothing was kept.`,
    zh: `该链接用于 ${content_type}：请发送随链接给出的请求头。未保存任何内容。`,
  });

/** One range of bytes (RFC 9110, 14.1.2); null for the whole. Several at once are answered with the whole, which a server may do. */
function rangeOf(header: string, { byte_size }: ObjectHead): { start: number; end: number } | null {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (from === '' && to === '') return null;
  const start = from === '' ? Math.max(0, byte_size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? byte_size - 1 : Math.min(Number(to), byte_size - 1);
  if (start <= end && start < byte_size && !(from === '' && to === '0')) return { start, end };
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null; // no range at all
  throw new Problem(
    'RANGE_NOT_SATISFIABLE',
    { en: `The file has ${byte_size} bytes.`, zh: `文件共 ${byte_size} 字节。` },
    { headers: { 'content-range': `bytes */${byte_size}` } },
  );
}
