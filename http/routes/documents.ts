/** The API described: as OpenAPI for programs, and as a page for people. Both are made once a language and address. */
import { createHash } from 'node:crypto';
import { openApiDocument } from '../../contract/openapi/document.ts';
import type { Language, RequestDeps } from '../context.ts';
import type { Handlers } from '../handlers.ts';
import { docsPage, STYLE } from '../response/docs-page.ts';
import { isNotModified } from '../response/etag.ts';

type Made = { openapi: string; page: string; etags: Record<'openapi' | 'page', string> };
/** By the links of a server, of which each has its own. */
const made = new WeakMap<RequestDeps['links'], Map<string, Made>>();

function documentsOf({ links, version, public_url }: RequestDeps, language: Language): Made {
  const known = made.get(links) ?? new Map<string, Made>();
  made.set(links, known);
  const url = public_url();
  const cached = known.get(`${language} ${url}`);
  if (cached) return cached;
  const document = openApiDocument({ language, version, url });
  const openapi = JSON.stringify(document);
  const page = docsPage(document, language);
  const documents = { openapi, page, etags: { openapi: etagOf(openapi), page: etagOf(page) } };
  known.set(`${language} ${url}`, documents);
  return documents;
}
const sha256 = (text: string) => createHash('sha256').update(text);
const etagOf = (text: string) => `"${sha256(text).digest('base64url').slice(0, 22)}"`;

/** No script, nothing from elsewhere, and only our own style. */
const PAGE_POLICY = `default-src 'none';style-src 'sha256-${sha256(STYLE).digest('base64')}';base-uri 'none';form-action 'none';frame-ancestors 'none'`;

export const documentHandlers: Handlers<'get_openapi' | 'get_docs'> = {
  async get_openapi({ ctx, deps, query: { lang = 'en' } }) {
    const { openapi, etags } = documentsOf(deps, lang);
    ctx.set('content-language', lang);
    if (isNotModified(ctx, etags.openapi)) return { status: 304 };
    ctx.type = 'application/json';
    ctx.body = openapi;
    return { status: 200 };
  },

  async get_docs({ ctx, deps, query: { lang = ctx.state.language } }) {
    const { page, etags } = documentsOf(deps, lang);
    ctx.set('content-language', lang);
    ctx.set('content-security-policy', PAGE_POLICY);
    if (isNotModified(ctx, etags.page)) return { status: 304 };
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = page;
    return { status: 200 };
  },
};
