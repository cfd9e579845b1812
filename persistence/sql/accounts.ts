/** Organisations, their users and keys. A key's secret is never here, only its hash. */

import { NO_USAGE } from '../../runtime/accounts/usage.ts';
import type { Accounts, ApiKey } from '../../runtime/ports/accounts.ts';
import { type Database, portError } from './database.ts';
import { number, numberOrNull, type Row, rowOf, text, word } from './row.ts';

export function accountsOf({ read, write, dialect }: Database): Accounts {
  return {
    async addKey({ key_id, org_id, user_id, name, role, secret_hash, created_at, revoked_at }) {
      const row = { key_id, org_id, user_id, name, role, secret_hash, created_at, revoked_at };
      try {
        await write('api_keys').insert(row);
      } catch (error) {
        throw portError(dialect, error);
      }
    },

    async key(key_id) {
      const row: unknown = await read('api_keys').where({ key_id }).first();
      return row === undefined ? null : apiKey(rowOf(row));
    },

    async keys({ org_id }, limit) {
      const rows: unknown[] = await read('api_keys').where({ org_id }).orderBy('created_at').orderBy('key_id').limit(limit);
      return rows.map((row) => apiKey(rowOf(row)));
    },

    async revokeKey({ org_id }, key_id, at) {
      const changed: number = await write('api_keys')
        .where({ org_id, key_id })
        .whereNull('revoked_at')
        .update({ revoked_at: at });
      return changed === 1;
    },

    async ensure({ org_id, name, user_id, user_name, at }) {
      await write.transaction(async (trx) => {
        await trx('organisations').insert({ org_id, name, created_at: at }).onConflict('org_id').merge(['org_id']);
        await trx('users').insert({ user_id, org_id, name: user_name, created_at: at }).onConflict('user_id').merge(['user_id']);
        await trx('org_usage')
          .insert({ org_id, ...NO_USAGE })
          .onConflict('org_id')
          .merge(['org_id']);
      });
    },
  };
}

const isRole = (role: string): role is ApiKey['role'] => role === 'admin' || role === 'member';

const apiKey = (row: Row): ApiKey => ({
  key_id: text(row, 'key_id'),
  org_id: text(row, 'org_id'),
  user_id: text(row, 'user_id'),
  name: text(row, 'name'),
  role: word(row, 'role', isRole),
  secret_hash: text(row, 'secret_hash'),
  created_at: number(row, 'created_at'),
  revoked_at: numberOrNull(row, 'revoked_at'),
});
