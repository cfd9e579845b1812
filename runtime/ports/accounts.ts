/** Organisations, users and keys, as the facts keep them. */
import type { Role } from '../../contract/roles.ts';
import type { Scope } from './scope.ts';

/** installation: it may see and do what concerns all organisations. expires_at: in epoch milliseconds; null: never. */
export type ApiKey = {
  key_id: string;
  org_id: string;
  user_id: string;
  name: string;
  role: Role;
  installation: boolean;
  secret_hash: string;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
};
/** last_used_at: epoch milliseconds, to the hour; null: not since it is kept. */
export type ListedKey = ApiKey & { last_used_at: number | null };
export type Organisation = { org_id: string; name: string; created_at: number };
/** `role`, `installation`: what a session of the user may do, as ApiKey has them. `revoked_at`: since then nobody signs in as the user. */
export type User = {
  user_id: string;
  org_id: string;
  name: string;
  role: Role;
  installation: boolean;
  created_at: number;
  revoked_at: number | null;
};

/** Names by id. */
export type AccountNames = { users: ReadonlyMap<string, string>; keys: ReadonlyMap<string, string> };

export interface Accounts {
  /** Makes the organisation and its user, an administrator, unless they are there. `installation`: false unless given. */
  ensure(organisation: {
    org_id: string;
    name: string;
    user_id: string;
    user_name: string;
    installation?: boolean;
    at: number;
  }): Promise<void>;
  /** Throws AlreadyThere for an id that is taken. */
  addOrganisation(organisation: Organisation): Promise<void>;
  organisations(limit: number): Promise<Organisation[]>;
  /** Throws AlreadyThere for an id that is taken. */
  addUser(user: User): Promise<void>;
  users(scope: Scope, limit: number): Promise<User[]>;
  user(scope: Scope, user_id: string): Promise<User | null>;
  /** Names of the users and keys among these ids, revoked ones too. At most 200 ids. */
  names(scope: Scope, ids: string[]): Promise<AccountNames>;
  organisation(org_id: string): Promise<Organisation | null>;
  /** Changes what sessions of the user may do, and ends those there are. False if there is no such user in scope who is not revoked. */
  setRole(scope: Scope, user_id: string, to: Pick<User, 'role' | 'installation'> & { at: number }): Promise<boolean>;
  /** Ends the user's sessions, and the login tokens and keys that act for the user. False as setRole. */
  revokeUser(scope: Scope, user_id: string, at: number): Promise<boolean>;
  addKey(key: ApiKey): Promise<void>;
  key(key_id: string): Promise<ApiKey | null>;
  /** The oldest first. */
  keys(scope: Scope, limit: number): Promise<ListedKey[]>;
  /** Writes that the key is used at `at`, unless it is known to have been since `known_since`. */
  noteKeyUse(key_id: string, use: { at: number; known_since: number }): Promise<void>;
  /** False if there is no such key in scope, or it was revoked before. */
  revokeKey(scope: Scope, key_id: string, at: number): Promise<boolean>;
}
