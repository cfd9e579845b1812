import type { Readable } from 'node:stream';
import type { Available } from './reachable.ts';

export type ObjectHead = { key: string; byte_size: number; modified_at: number };

/** sha256: lower-case hexadecimal, of exactly the bytes stored. */
export type StoredObject = ObjectHead & { sha256: string };

export type UploadLink = {
  method: 'PUT' | 'POST';
  url: string;
  headers: Record<string, string>;
  fields?: Record<string, string>;
  expires_at: number;
};

export class TooManyBytes extends Error {}

/** The object store. Keys have no `..`; reading a missing object returns null. */
export interface Objects extends Available {
  /**
   * A link that lets its holder upload exactly `key`, of at most `max_bytes` and this type, until `expires_at` (wall time).
   * `byte_size`: what was announced; a store that can't bound what comes takes nothing of another size then.
   */
  presignUpload(want: {
    key: string;
    max_bytes: number;
    byte_size?: number | null;
    content_type: string;
    expires_at: number;
    /** The API key that requested the link: links that lead to the service end when the key is revoked; those of other stores can't. */
    granted_to?: string | undefined;
  }): Promise<UploadLink>;
  /** A link to read `key` until `expires_at` (wall time), served with this type and name. */
  presignRead(want: {
    key: string;
    expires_at: number;
    content_type: string;
    filename: string;
    granted_to?: string | undefined;
  }): Promise<string>;
  /** Durable when it resolves, and never seen half-written. More than `max_bytes`: throws TooManyBytes, and nothing is kept. */
  put(key: string, body: AsyncIterable<Uint8Array>, max_bytes: number): Promise<StoredObject>;
  /**
   * Runs `work`, an upload of at most so many bytes. Throws STORAGE_FULL, and runs nothing, when that would leave less room than is kept
   * for what is in already. Absent: the store itself reports when it is full.
   */
  withRoom?<Value>(byte_size: number, work: () => Promise<Value>): Promise<Value>;
  head(key: string): Promise<ObjectHead | null>;
  read(key: string, range?: { start: number; end: number }): Promise<Readable | null>;
  /** A copy under `to` that no later write to `from` changes. Run again with `to` there: keeps what is there. null: nothing at either. */
  freeze(from: string, to: string): Promise<ObjectHead | null>;
  /** Those below a prefix whose keys come after `after`, by key, at most `limit`. An empty prefix: all that there are. */
  page(prefix: string, after: string | null, limit: number): Promise<ObjectHead[]>;
  /** Newest first. */
  list(prefix: string, limit: number): Promise<ObjectHead[]>;
  /** Removes all below a prefix that ends in `/`. */
  removePrefix(prefix: string): Promise<void>;
  close(): Promise<void>;
}
