/** Organisations, users and keys, as the facts keep them. */
import type { Scope } from './scope.ts';

export type ApiKey = {
  key_id: string;
  org_id: string;
  user_id: string;
  name: string;
  role: 'admin' | 'member';
  secret_hash: string;
  created_at: number;
  revoked_at: number | null;
};
export interface Accounts {
  /** Makes the organisation and its user unless they are there. */
  ensure(organisation: { org_id: string; name: string; user_id: string; user_name: string; at: number }): Promise<void>;
  addKey(key: ApiKey): Promise<void>;
  key(key_id: string): Promise<ApiKey | null>;
  keys(scope: Scope, limit: number): Promise<ApiKey[]>;
  /** False if there is no such key in scope, or it was revoked before. */
  revokeKey(scope: Scope, key_id: string, at: number): Promise<boolean>;
}
