/** Entity tags: a picture's is its `seq`, so that an edit can name the state it was made from. */
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { KoaContext } from '../context.ts';

export const etagOf = ({ seq }: Pick<ResourceRow, 'seq'>): string => `"${seq}"`;

/** By strong comparison (RFC 9110, 13.1.1): a weak tag matches nothing. */
export const ifMatch = (ctx: KoaContext): Matches => matching(ctx.get('if-match'));
export type Matches = (now: ResourceRow) => boolean;
/** `wanted`: as the header has it; empty: any. */
export function matching(wanted: string): Matches {
  const header = wanted.trim();
  if (header === '' || header === '*') return () => true;
  const tags = tagsOf(header);
  return (now) => tags.includes(etagOf(now));
}

/** True, and answered 304, when the client has what `etag` is of. Not Koa's `fresh`: that heeds the no-cache which `fetch` adds by itself. */
export function isNotModified(ctx: Pick<KoaContext, 'get' | 'set' | 'status'>, etag: string): boolean {
  ctx.set('etag', etag);
  const header = ctx.get('if-none-match').trim();
  const known = header === '*' || tagsOf(header).some((tag) => tag.replace(/^W\//, '') === etag);
  if (known) ctx.status = 304;
  return known;
}

const tagsOf = (header: string) => header.split(',').map((tag) => tag.trim());
