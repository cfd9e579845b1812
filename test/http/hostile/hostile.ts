/** A request that is wrong in one way, and the answer it must get. */

/**
 * In `path` and in values of `headers`: `{awaiting}`, `{draft}`, `{indexed}`, `{trashed}`, `{foreign}` are ids of pictures in that state;
 * `{a}`, `{revoked}`, `{other}`, `{events}` (of the store), `{upload}`, `{read}`, `{complete}`, `{preview}` are keys and links, as addresses without their origin.
 */
export type Bad = {
  name: string;
  method: string;
  path: string;
  /** The key that is sent: of the organisation `a` by default; `none` sends no key. */
  key?: 'a' | 'other' | 'revoked' | 'none';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  raw?: string | Uint8Array;
  /** Sent over a socket as it is, instead of all of the above. */
  socket?: string;
  status: number;
  code: string;
  /** One of `errors` points here. */
  pointer?: string;
};
