import type { Json } from '../../contract/json.ts';
import type { Scope } from './scope.ts';

/** A message about a commit. `payload` is the `data` of the contract's envelope; null: it can't be read, and is skipped. */
export type OutboxMessage = { id: string; type: string; at: number; payload: Json };

export type PositionedMessage = OutboxMessage & { position: number; org_id: string };

export interface Outbox {
  /** Appends a message of the service itself, without a commit; it gets its position like any other. */
  append(org_id: string, message: OutboxMessage): Promise<void>;
  /**
   * Numbers committed messages that have no position yet, in one order for all readers; returns those it numbered. One relay at a time:
   * while another process is at it this one does not wait, calls `busy` and numbers none.
   */
  relay(limit: number, busy?: () => void): Promise<PositionedMessage[]>;
  /** Messages after a position, in order. */
  after(scope: Scope, position: number, limit: number): Promise<PositionedMessage[]>;
  /** Messages of all organisations after a position, in order: for the feed. */
  afterAll(position: number, limit: number): Promise<PositionedMessage[]>;
  /** Positions: the last that was removed, and the last that was assigned. 0: none. */
  bounds(): Promise<{ removed: number; last: number }>;
  /** Removes messages that have a position and are older than `before` (wall time), at most `limit`. Returns how many. */
  prune(before: number, limit: number): Promise<number>;
}
