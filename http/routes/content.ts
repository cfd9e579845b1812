/** What a picture holds: its bytes, a smaller one to show, and its text. */
import { previewKey } from '../../contract/object-keys.ts';
import { type Page, type TextAnswer, Turned, turnedOf } from '../../contract/text.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { Correction, Recognition } from '../../runtime/ports/texts.ts';
import { placesAfter, placesOf } from '../../text/align.ts';
import type { Handlers } from '../handlers.ts';
import type { HttpLimits } from '../limits.ts';
import { noContentYet, notViewable, pageNotFound } from '../problems/problems.ts';
import { loadResource } from '../request/load-resource.ts';
import { asReached } from '../response/base-url.ts';
import { etagOf, isNotModified } from '../response/etag.ts';

export const contentHandlers: Handlers<'get_content' | 'get_preview' | 'get_text'> = {
  async get_content(request) {
    const { ctx, deps } = request;
    const { viewable, original_key: key, content_type, filename } = await loadResource(request);
    if (!viewable || !key) throw notViewable();
    const expires_at = deps.clock.now() + deps.limits.read_link_valid_ms;
    const { granted_to } = ctx.state;
    const link = await deps.objects.presignRead({ key, expires_at, content_type, filename, granted_to });
    ctx.set('location', asReached(link, request));
    ctx.set('cache-control', 'no-store'); // the link expires
    return { status: 302 };
  },

  /** Works in an `<img>`: `preview_url` is signed. Its bytes never change while the picture is the same, and is turned the same. */
  get_preview: {
    linkUse: (ctx) => {
      const query = new URLSearchParams(ctx.querystring);
      const [size, page, turned] = [query.get('size') ?? '', query.get('page') ?? '1', query.get('turned') ?? ''];
      return { call: 'preview', resource_id: ctx.params.resource_id ?? '', size, page, turned };
    },
    async handle(request) {
      const { ctx, deps } = request;
      const { size, page } = request.query;
      const { viewable, original_key, page_count, turns } = await loadResource(request);
      if (!viewable || !original_key) throw notViewable();
      if (page_count !== null && page > page_count) throw pageNotFound(page_count);
      const key = previewKey(original_key, size, page);
      const head = await deps.objects.head(key);
      if (!head) throw notViewable();
      ctx.set('cache-control', cachingOf(request.query, deps.limits));
      ctx.set('cross-origin-resource-policy', 'cross-origin'); // shown by a web app of another origin
      const turned = request.query.turned ? Turned.parse(Number(request.query.turned)) : turnedOf(turns, page);
      const as_stored = `${head.byte_size}-${head.modified_at}`;
      if (isNotModified(ctx, turned === 0 ? `"${as_stored}"` : `"${as_stored}-${turned}"`)) return { status: 304 };
      ctx.status = 200;
      ctx.type = 'image/webp';
      const shown = turned === 0 ? null : await deps.turnedPreview({ key, version: as_stored, turned });
      const bytes = shown ?? (ctx.method === 'HEAD' ? null : await deps.objects.read(key));
      if (bytes) ctx.body = bytes;
      else if (ctx.method !== 'HEAD') throw notViewable();
      ctx.length = shown?.byteLength ?? head.byte_size; // setting a stream as the body takes it away
      return { status: 200 };
    },
  },

  async get_text(request) {
    const { ctx, deps, caller } = request;
    const row = await loadResource(request);
    if (!row.viewable) throw notViewable();
    const { texts } = deps.facts;
    const recognition = row.recognition_id === null ? null : await texts.recognition(caller.scope, row.recognition_id);
    const correction = row.correction_id === null ? null : await texts.correction(caller.scope, row.correction_id);
    if (!recognition && !correction) throw noContentYet();
    if (isNotModified(ctx, etagOf(row))) return { status: 304 };
    const text = textOf(row, recognition, correction);
    if (request.query.format === 'json') return { status: 200, body: text };
    ctx.body = text.pages.map((page) => page.text).join('\f');
    ctx.type = 'text/plain; charset=utf-8';
    return { status: 200 };
  },
};

/**
 * Bytes that are asked for as they are turned never change. Else they do when a page is found to be turned: a browser shows what it has, and
 * asks meanwhile. Both are of the caller alone, since `Vary` names the cookie and the key.
 */
const cachingOf = ({ turned }: { turned?: string | undefined }, { preview_cache_s, preview_kept_s }: HttpLimits): string =>
  turned === undefined
    ? `private, max-age=${preview_cache_s}, stale-while-revalidate=${preview_kept_s}`
    : `private, max-age=${preview_kept_s}, immutable`;

/** The words of a page, each with where it stands in what the machine read, or in a person's text. */
function placed({ words, text: read }: Page, corrected: string | undefined) {
  const texts = words.map(({ text }) => text);
  const own = placesOf(texts, read);
  const places = corrected === undefined ? own : placesAfter(texts, own, { before: read, after: corrected });
  return words.map((word, i) => ({ ...word, at: places[i] ?? null }));
}

/** What the machine read, with a person's words in their place; the words' boxes stay the machine's. */
function textOf(
  { revision, width, height }: ResourceRow,
  recognition: Recognition | null,
  correction: Correction | null,
): TextAnswer {
  const corrected = new Map(
    (correction?.pages ?? []).flatMap(({ page, text }) => (text === null ? [] : [[page, text] as const])),
  );
  const read = recognition?.pages ?? [];
  const blank = [...corrected.keys()]
    .filter((page) => !read.some((one) => one.page === page))
    .map((page): Page => ({ page, width: width ?? 0, height: height ?? 0, text: '', confidence: 0, words: [] }));
  const pages = [...read, ...blank]
    .sort((a, b) => a.page - b.page)
    .map((page) => {
      const text = corrected.get(page.page);
      const { turned = 0, engine = null, second_engine = null } = page;
      const shown = { ...page, turned, engine, second_engine, words: placed(page, text) };
      return text === undefined ? { ...shown, source: 'machine' as const } : { ...shown, text, source: 'person' as const };
    });
  return { revision, source: corrected.size > 0 ? 'person' : 'machine', pages };
}
