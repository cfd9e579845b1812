/** Where links of a response begin: the public address, or where none is configured the one by which the caller reaches the service. */
import type { KoaContext, PublicRequest, RequestDeps } from '../context.ts';

type Known = { ctx: Pick<KoaContext, 'host'>; deps: Pick<RequestDeps, 'public_url' | 'public_url_is_guessed'> };
/** A name or an address, and a port. */
const HOST = /^([\w.-]{1,255}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i;

/** Without a slash at the end. What the client says in `Host` is told to that client alone. */
export function baseUrl({ ctx, deps }: Known): string {
  const address = deps.public_url();
  return deps.public_url_is_guessed && HOST.test(ctx.host) ? `${new URL(address).protocol}//${ctx.host}` : address;
}

/** A link of the service's own store, as this caller reaches it. */
export function asReached(url: string, request: PublicRequest): string {
  const address = request.deps.public_url();
  return url.startsWith(`${address}/`) ? baseUrl(request) + url.slice(address.length) : url;
}
