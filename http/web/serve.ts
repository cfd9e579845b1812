/**
 * The web app, on the port of the API: what no route takes, and is a page or a file of the app. Pages are answered with one document, whose
 * `<base>` leads from the page to the folder of the app, so that it works under any prefix that a proxy takes off.
 */
import type Koa from 'koa';
import { baseOf, isWebPage } from '../../contract/web-pages.ts';
import type { RequestDeps, State } from '../context.ts';
import { isNotModified } from '../response/etag.ts';
import { DOCUMENT, type Encoding, type WebFile } from './files.ts';

const YEAR_S = 31_536_000;
const BASE = '<base href="./">';

export function serveWeb({ web, store_origin }: Pick<RequestDeps, 'web' | 'store_origin'>): Koa.Middleware<State> {
  if (!web) return (_ctx, next) => next();
  const policy = policyOf(store_origin ?? null);
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    const is_page = isWebPage(ctx.path);
    const file = web.get(is_page ? DOCUMENT : ctx.path.slice(1));
    if (!file || (!is_page && !file.hashed)) return next();
    ctx.state.web = true;
    ctx.set({
      'content-security-policy': policy,
      'cache-control': file.hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
      vary: 'Accept-Encoding',
    });
    const base = baseOf(ctx.path);
    const encoding = is_page ? 'identity' : encodingFor(ctx, file);
    if (isNotModified(ctx, is_page ? `${file.etag.slice(0, -1)}-${base.length}"` : file.etag)) return;
    ctx.status = 200;
    ctx.type = file.type;
    if (encoding !== 'identity') ctx.set('content-encoding', encoding);
    ctx.body = is_page ? file.bytes.identity.toString().replace(BASE, `<base href="${base}">`) : file.bytes[encoding];
  };
}

/** The smallest that its reader can take, whatever he names first. */
const encodingFor = (ctx: Pick<Koa.Context, 'acceptsEncodings'>, { bytes }: WebFile): Encoding =>
  (['br', 'gzip'] as const).find((encoding) => bytes[encoding] && ctx.acceptsEncodings(encoding) === encoding) ?? 'identity';

/** Nothing inline, nothing from elsewhere but bytes from the store, whose links a browser follows. `blob:` shows pictures before they are sent. */
const policyOf = (store_origin: string | null): string => {
  const store = store_origin === null ? '' : ` ${store_origin}`;
  return [
    ...["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "font-src 'self'", "worker-src 'self'"],
    ...[`img-src 'self' blob:${store}`, `connect-src 'self'${store}`, "manifest-src 'self'"],
    ...["base-uri 'self'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; ');
};
