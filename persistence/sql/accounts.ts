/** Organisations, their users and keys. A key's secret is never here, only its hash. */

import { isRole } from '../../contract/roles.ts';
import { NO_USAGE } from '../../runtime/accounts/usage.ts';
import type { Accounts, ApiKey } from '../../runtime/ports/accounts.ts';
import { type Database, portError } from './database.ts';
import { number, numberOrNull, type Row, rowOf, text, textOrNull, word } from './row.ts';

export function accountsOf({ read, write, dialect }: Database): Accounts {
  const added = async (inserting: PromiseLike<unknown>): Promise<void> => {
    try {
      await inserting;
    } catch (error) {
      throw portError(dialect, error);
    }
  };
  return {
    async addKey({ role: access_role, ...key }) {
      const role = access_role === 'admin' ? 'admin' : 'member'; // for a process of a version before roles
      await added(write('api_keys').insert({ ...key, role, access_role }));
    },

    async organisations(limit) {
      const rows: unknown[] = await read('organisations').orderBy('created_at').orderBy('org_id').limit(limit);
      return rows.map(rowOf).map((row) => ({ org_id: text(row, 'org_id'), ...named(row) }));
    },

    async addUser({ user_id, org_id, name, created_at }) {
      await added(write('users').insert({ user_id, org_id, name, created_at }));
    },

    async users({ org_id }, limit) {
      const rows: unknown[] = await read('users').where({ org_id }).orderBy('created_at').orderBy('user_id').limit(limit);
      return rows.map(rowOf).map((row) => ({ user_id: text(row, 'user_id'), org_id, ...named(row) }));
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

    async addOrganisation({ org_id, name, created_at }) {
      await write.transaction(async (trx) => {
        await added(trx('organisations').insert({ org_id, name, created_at }));
        await trx('org_usage').insert({ org_id, ...NO_USAGE });
      });
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

const named = (row: Row) => ({ name: text(row, 'name'), created_at: number(row, 'created_at') });

/** NULL: of a key that a process of a version before roles has made since. */
const roleOf = (row: Row): ApiKey['role'] => {
  if (textOrNull(row, 'access_role') !== null) return word(row, 'access_role', isRole);
  return text(row, 'role') === 'admin' ? 'admin' : 'editor';
};

const apiKey = (row: Row): ApiKey => ({
  key_id: text(row, 'key_id'),
  org_id: text(row, 'org_id'),
  user_id: text(row, 'user_id'),
  name: text(row, 'name'),
  role: roleOf(row),
  installation: numberOrNull(row, 'installation') === 1,
  secret_hash: text(row, 'secret_hash'),
  created_at: number(row, 'created_at'),
  expires_at: numberOrNull(row, 'expires_at'),
  revoked_at: numberOrNull(row, 'revoked_at'),
});
