/** Browsers that are signed in, and the tokens that sign one in. Of a secret only its hash is stored (SHA-256, hexadecimal). */
import type { User } from './accounts.ts';
import type { Scope } from './scope.ts';

/** Times are in epoch milliseconds. The role is the user's, as it is now. */
export type Session = { session_id: string; user: User; created_at: number; expires_at: number };
export type NewLogin = { token_hash: string; org_id: string; user_id: string; created_at: number; expires_at: number };
export type NewSession = { session_id: string; token_hash: string; created_at: number; expires_at: number };

export interface Sessions {
  /** False if there is no such user who may sign in. */
  addLogin(login: NewLogin): Promise<boolean>;
  /** Begins a session by a login token, which is used up by it: of many at once one has it. null: it was used, has expired, or there is none. */
  begin(login_hash: string, session: NewSession): Promise<Session | null>;
  /** The session that is in use at `now`. null: it has ended or expired, or there is none. */
  byToken(token_hash: string, now: number): Promise<Session | null>;
  byId(session_id: string, now: number): Promise<Session | null>;
  /** Moves the end of a session that is in use to later. */
  extend(session_id: string, expires_at: number): Promise<void>;
  /** False if there is none in scope that has not ended. */
  end(scope: Scope, session_id: string, at: number): Promise<boolean>;
  /** Removes at most `limit` login tokens and as many sessions that ended or expired before this; returns how many. */
  prune(before: number, limit: number): Promise<number>;
}
