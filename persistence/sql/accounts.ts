/** Organisations, their users and keys. A key's secret is never here, only its hash. */
import type { Knex } from 'knex';
import { isRole } from '../../contract/roles.ts';
import { NO_USAGE } from '../../runtime/accounts/usage.ts';
import type { Accounts, ApiKey, Organisation, User } from '../../runtime/ports/accounts.ts';
import { type Database, portError } from './database.ts';
import { number, numberOrNull, type Row, rowOf, text, textOrNull, word } from './row.ts';

/** Awaits an insert; throws AlreadyThere as the port says. */
async function added({ dialect }: Pick<Database, 'dialect'>, inserting: PromiseLike<unknown>): Promise<void> {
  try {
    await inserting;
  } catch (error) {
    throw portError(dialect, error);
  }
}

type Keys = Pick<Accounts, 'addKey' | 'key' | 'keys' | 'noteKeyUse' | 'revokeKey'>;
function keysOf(database: Database): Keys {
  const { read, write } = database;
  return {
    async addKey({ role: access_role, ...key }) {
      const role = access_role === 'admin' ? 'admin' : 'member'; // for a process of a version before roles
      await added(database, write('api_keys').insert({ ...key, role, access_role }));
    },

    async key(key_id) {
      const row: unknown = await read('api_keys').where({ key_id }).first();
      return row === undefined ? null : apiKey(rowOf(row));
    },

    async keys({ org_id }, limit) {
      const rows: unknown[] = await read('api_keys').where({ org_id }).orderBy('created_at').orderBy('key_id').limit(limit);
      return rows.map((row) => ({ ...apiKey(rowOf(row)), last_used_at: numberOrNull(rowOf(row), 'last_used_at') }));
    },

    async noteKeyUse(key_id, { at, known_since }) {
      await write('api_keys')
        .where({ key_id })
        .where((earlier) => earlier.whereNull('last_used_at').orWhere('last_used_at', '<', known_since))
        .update({ last_used_at: at });
    },

    async revokeKey({ org_id }, key_id, at) {
      const changed: number = await write('api_keys')
        .where({ org_id, key_id })
        .whereNull('revoked_at')
        .update({ revoked_at: at });
      return changed === 1;
    },
  };
}

export function accountsOf(database: Database): Accounts {
  const { read, write, dialect } = database;
  return {
    ...keysOf(database),

    async organisations(limit) {
      const rows: unknown[] = await read('organisations').orderBy('created_at').orderBy('org_id').limit(limit);
      return rows.map((row) => organisation(rowOf(row)));
    },

    async organisation(org_id) {
      const row: unknown = await read('organisations').where({ org_id }).first();
      return row === undefined ? null : organisation(rowOf(row));
    },

    async addUser({ user_id, org_id, name, role, installation, created_at, revoked_at }) {
      await added(database, write('users').insert({ user_id, org_id, name, role, installation, created_at, revoked_at }));
    },

    async user({ org_id }, user_id) {
      const row: unknown = await read('users').where({ org_id, user_id }).first();
      return row === undefined ? null : userOf(rowOf(row));
    },

    async users({ org_id }, limit) {
      const rows: unknown[] = await read('users').where({ org_id }).orderBy('created_at').orderBy('user_id').limit(limit);
      return rows.map((row) => userOf(rowOf(row)));
    },

    async names({ org_id }, ids) {
      const distinct = [...new Set(ids)];
      const of = async (table: string, key: string) => {
        const rows: unknown[] =
          distinct.length === 0 ? [] : await read(table).where({ org_id }).whereIn(key, distinct).select(key, 'name');
        return new Map(rows.map(rowOf).map((row) => [text(row, key), text(row, 'name')]));
      };
      return { users: await of('users', 'user_id'), keys: await of('api_keys', 'key_id') };
    },

    async setRole({ org_id }, user_id, { role, installation, at }) {
      return await write.transaction(async (trx) => {
        const user = { org_id, user_id };
        const known: unknown = await dialect.lock(trx('users').where(user).whereNull('revoked_at')).first();
        if (known === undefined) return false;
        await trx('users').where(user).update({ role, installation });
        await endSessions(trx, user, at);
        return true;
      });
    },

    async revokeUser({ org_id }, user_id, at) {
      return await write.transaction(async (trx) => {
        const user = { org_id, user_id };
        const revoked: number = await trx('users').where(user).whereNull('revoked_at').update({ revoked_at: at });
        if (revoked !== 1) return false;
        await endSessions(trx, user, at);
        await trx('api_keys').where(user).whereNull('revoked_at').update({ revoked_at: at });
        return true;
      });
    },

    async addOrganisation({ org_id, name, created_at }) {
      await write.transaction(async (trx) => {
        await added(database, trx('organisations').insert({ org_id, name, created_at }));
        await trx('org_usage').insert({ org_id, ...NO_USAGE });
      });
    },

    async ensure({ org_id, name, user_id, user_name, installation = false, at }) {
      await write.transaction(async (trx) => {
        await trx('organisations').insert({ org_id, name, created_at: at }).onConflict('org_id').merge(['org_id']);
        const user = { user_id, org_id, name: user_name, role: 'admin', installation, created_at: at };
        await trx('users').insert(user).onConflict('user_id').merge(['user_id']);
        await trx('org_usage')
          .insert({ org_id, ...NO_USAGE })
          .onConflict('org_id')
          .merge(['org_id']);
      });
    },
  };
}

/** Ends what a user's browsers have, in the transaction that changes the user. */
async function endSessions(trx: Knex, user: { org_id: string; user_id: string }, at: number): Promise<void> {
  await trx('sessions').where(user).whereNull('ended_at').update({ ended_at: at });
  await trx('login_tokens').where(user).whereNull('used_at').update({ used_at: at });
}

const named = (row: Row) => ({ name: text(row, 'name'), created_at: number(row, 'created_at') });
const organisation = (row: Row): Organisation => ({ org_id: text(row, 'org_id'), ...named(row) });

/** A role of NULL: of a user that a process of a version before sessions has made since. */
export const userOf = (row: Row): User => ({
  user_id: text(row, 'user_id'),
  org_id: text(row, 'org_id'),
  ...named(row),
  role: textOrNull(row, 'role') === null ? 'editor' : word(row, 'role', isRole),
  installation: numberOrNull(row, 'installation') === 1,
  revoked_at: numberOrNull(row, 'revoked_at'),
});

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
