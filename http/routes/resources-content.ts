/** What a picture holds: its bytes, a smaller one to show, and its text. */
import { z } from 'zod';
import { PREVIEWS, previewKey } from '../../contract/object-keys.ts';
import type { Page, TextAnswer } from '../../contract/text.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { Correction, Recognition } from '../../runtime/ports/texts.ts';
import { LINK_PARAMETERS } from '../access/auth.ts';
import type { AuthenticatedRequest } from '../context.ts';
import { noContentYet, notViewable, pageNotFound } from '../problems/problems.ts';
import { loadResource } from '../request/load-resource.ts';
import { NO_PARAMETERS, validateQuery } from '../request/validate.ts';
import { isNotModified } from '../response/etag.ts';

/** Sizes of previews: the longest side, in pixels. */
const PreviewQuery = z.strictObject({
  size: z.enum(PREVIEWS.map(({ size }) => size)).default('1600'),
  page: z.int().min(1).max(10_000).default(1),
});
const TextQuery = z.strictObject({ format: z.enum(['json', 'txt']).default('json') });

export async function getContent(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps } = call;
  validateQuery(call, NO_PARAMETERS, {});
  const { viewable, original_key: key, content_type, filename } = await loadResource(call);
  if (!viewable || !key) throw notViewable();
  const expires_at = deps.clock.now() + deps.limits.read_link_valid_ms;
  ctx.status = 302;
  ctx.set(
    'location',
    await deps.objects.presignRead({ key, expires_at, content_type, filename, granted_to: ctx.state.link_key }),
  );
  ctx.set('cache-control', 'no-store'); // the link expires
}

/** Works in an `<img>`: `preview_url` is signed. Its bytes never change while the picture is the same. */
export async function getPreview(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps } = call;
  const { size, page } = validateQuery(call, PreviewQuery, { integers: ['page'], aside: LINK_PARAMETERS });
  const { viewable, original_key, page_count } = await loadResource(call);
  if (!viewable || !original_key) throw notViewable();
  if (page_count !== null && page > page_count) throw pageNotFound(page_count);
  const key = previewKey(original_key, size, page);
  const head = await deps.objects.head(key);
  if (!head) throw notViewable();
  ctx.set('cache-control', `private, max-age=${deps.limits.preview_cache_s}`);
  ctx.set('cross-origin-resource-policy', 'cross-origin'); // shown by a web app of another origin
  if (isNotModified(ctx, `"${head.byte_size}-${head.modified_at}"`)) return;
  ctx.status = 200;
  ctx.type = 'image/webp';
  ctx.length = head.byte_size;
  if (ctx.method === 'HEAD') return;
  const bytes = await deps.objects.read(key);
  if (!bytes) throw notViewable();
  ctx.body = bytes;
  ctx.length = head.byte_size; // setting a stream as the body takes it away
}

export async function getText(call: AuthenticatedRequest): Promise<void> {
  const { ctx, deps, caller } = call;
  const { format } = validateQuery(call, TextQuery, {});
  const row = await loadResource(call);
  if (!row.viewable) throw notViewable();
  const { texts } = deps.facts;
  const recognition = row.recognition_id === null ? null : await texts.recognition(caller.scope, row.recognition_id);
  const correction = row.correction_id === null ? null : await texts.correction(caller.scope, row.correction_id);
  if (!recognition && !correction) throw noContentYet();
  const text = textOf(row, recognition, correction);
  if (format === 'json') ctx.body = text;
  else {
    ctx.body = text.pages.map((page) => page.text).join('\f');
    ctx.type = 'text/plain; charset=utf-8';
  }
}

/** What the machine read, with a person's words in their place; the words' boxes stay the machine's. */
function textOf(
  { revision, width, height }: ResourceRow,
  recognition: Recognition | null,
  correction: Correction | null,
): TextAnswer {
  const said = new Map((correction?.pages ?? []).flatMap(({ page, text }) => (text === null ? [] : [[page, text] as const])));
  const read = recognition?.pages ?? [];
  const blank = [...said.keys()]
    .filter((page) => !read.some((one) => one.page === page))
    .map((page): Page => ({ page, width: width ?? 0, height: height ?? 0, text: '', confidence: 0, words: [] }));
  const pages = [...read, ...blank]
    .sort((a, b) => a.page - b.page)
    .map((page) => {
      const text = said.get(page.page);
      return text === undefined ? { ...page, source: 'machine' as const } : { ...page, text, source: 'person' as const };
    });
  return { revision, source: said.size > 0 ? 'person' : 'machine', pages };
}
