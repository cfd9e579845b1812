import type { Json } from '../../contract/json.ts';
import type { Scope } from './scope.ts';

/** What others are told of a commit. `payload` is the `data` of the contract's envelope; null: it can't be read, and is passed over. */
export type OutboxMessage = { id: string; type: string; at: number; payload: Json };

export type PositionedMessage = OutboxMessage & { position: number; org_id: string };

export interface Outbox {
  /** A message of the service itself, which is of no commit; it gets its position like any other. */
  append(org_id: string, message: OutboxMessage): Promise<void>;
  /**
   * Numbers committed messages that have no position yet, in one order for all readers; returns those it numbered. One relay at a time:
   * while another process is at it this one does not wait, calls `busy` and numbers none.
   */
  relay(limit: number, busy?: () => void): Promise<PositionedMessage[]>;
  /** After a position, in order. */
  after(scope: Scope, position: number, limit: number): Promise<PositionedMessage[]>;
  /** After a position, in order, of all organisations: for those who tell others. */
  afterAll(position: number, limit: number): Promise<PositionedMessage[]>;
  /** Positions: up to which messages were removed, and which was given out last. 0: none. */
  bounds(): Promise<{ removed: number; last: number }>;
  /** Removes messages that have a position and are older than `before` (wall time), at most `limit`. Answers how many. */
  prune(before: number, limit: number): Promise<number>;
}
