/** Organisations, their users, and keys. */
import type { Knex } from 'knex';
import type { Accounts, ApiKey } from '../../runtime/ports-facts.ts';
import type { Dialect, Row } from './dialect.ts';
import { number, numberOrNull, text } from './rows.ts';

export const accounts = (reader: Knex, writer: Knex, { insert_ignore }: Dialect): Accounts => ({
  async ensure({ org_id, name, user_id, user_name, at }) {
    await writer.raw(`${insert_ignore} INTO organisations (org_id, name, created_at) VALUES (?, ?, ?)`, [org_id, name, at]);
    await writer.raw(`${insert_ignore} INTO users (user_id, org_id, name, created_at) VALUES (?, ?, ?, ?)`, [user_id, org_id, user_name, at]);
  },
  async addKey(key) {
    await writer('api_keys').insert(key);
  },
  async key(key_id) {
    const row: Row | undefined = await reader('api_keys').where({ key_id }).first();
    return row ? keyOf(row) : null;
  },
  async keys({ org_id }, limit) {
    const rows: Row[] = await reader('api_keys').where({ org_id }).orderBy('key_id').limit(limit);
    return rows.map(keyOf);
  },
  async revokeKey({ org_id }, key_id, at) {
    const changed = await writer('api_keys').where({ org_id, key_id }).whereNull('revoked_at').update({ revoked_at: at });
    return changed === 1;
  },
});

const keyOf = (row: Row): ApiKey => ({
  key_id: text(row, 'key_id'),
  org_id: text(row, 'org_id'),
  user_id: text(row, 'user_id'),
  name: text(row, 'name'),
  role: text(row, 'role') === 'admin' ? 'admin' : 'member',
  secret_hash: text(row, 'secret_hash'),
  created_at: number(row, 'created_at'),
  revoked_at: numberOrNull(row, 'revoked_at'),
});
