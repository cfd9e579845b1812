/** Bulk changes that came with an idempotency key. */
import type { Scope } from './scope.ts';

/** remaining, next: of a filter, how many more it matched, and the position after those chosen. */
export type Chosen = { resource_ids: string[]; remaining: number; next: string | null };
export type BulkRequest = { key: string; fingerprint: string; at: number; chosen: Chosen };

export interface BulkRequests {
  get(scope: Scope, key: string): Promise<BulkRequest | null>;
  /** Keeps it, unless one with its key is there. Returns the one that is there then. */
  keep(scope: Scope, request: BulkRequest): Promise<BulkRequest>;
  /** Removes those from before a time, at most so many. Returns how many. */
  prune(before: number, limit: number): Promise<number>;
}
