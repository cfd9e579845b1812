/** Sessions and login tokens. They are found by the hash of their secret, so that what is compared tells nothing of the secret. */
import type { Knex } from 'knex';
import type { Session, Sessions } from '../../runtime/ports/sessions.ts';
import { userOf } from './accounts.ts';
import type { Database } from './database.ts';
import { number, type Row, rowOf, text } from './row.ts';

export function sessionsOf({ read, write, dialect }: Database): Sessions {
  const inUse = async (where: Record<string, string>, now: number): Promise<Session | null> => {
    const found: unknown = await withUser(read).where(prefixed(where)).where('s.expires_at', '>', now).first();
    return found === undefined ? null : session(rowOf(found));
  };
  return {
    byToken: (token_hash, now) => inUse({ token_hash }, now),
    byId: (session_id, now) => inUse({ session_id }, now),

    async extend(session_id, expires_at) {
      await write('sessions')
        .where({ session_id })
        .whereNull('ended_at')
        .where('expires_at', '<', expires_at)
        .update({ expires_at });
    },

    async end({ org_id }, session_id, at) {
      const ended: number = await write('sessions').where({ org_id, session_id }).whereNull('ended_at').update({ ended_at: at });
      return ended === 1;
    },

    async prune(before, limit) {
      let removed = 0;
      for (const [table, key] of [
        ['login_tokens', 'token_hash'],
        ['sessions', 'session_id'],
      ] as const) {
        const old: unknown[] = await read(table).where('expires_at', '<', before).orderBy('expires_at').limit(limit).select(key);
        const keys = old.map((row) => text(rowOf(row), key));
        if (keys.length > 0) removed += await write(table).whereIn(key, keys).where('expires_at', '<', before).del();
      }
      return removed;
    },

    async addLogin(login) {
      return await write.transaction(async (trx) => {
        const { org_id, user_id } = login;
        const user: unknown = await dialect.shareLock(trx('users').where({ org_id, user_id }).whereNull('revoked_at')).first();
        if (user === undefined) return false;
        await trx('login_tokens').insert({ ...login, used_at: null });
        return true;
      });
    },

    async begin(login_hash, { session_id, token_hash, created_at, expires_at }) {
      return await write.transaction(async (trx) => {
        const used: number = await trx('login_tokens')
          .where({ token_hash: login_hash })
          .whereNull('used_at')
          .where('expires_at', '>', created_at)
          .update({ used_at: created_at });
        if (used !== 1) return null;
        const login = rowOf(await trx('login_tokens').where({ token_hash: login_hash }).first());
        const [org_id, user_id] = [text(login, 'org_id'), text(login, 'user_id')];
        await trx('sessions').insert({ session_id, token_hash, org_id, user_id, created_at, expires_at, ended_at: null });
        const begun: unknown = await withUser(trx).where({ 's.session_id': session_id }).first();
        return begun === undefined ? null : session(rowOf(begun)); // of a user who has been revoked it is never in use
      });
    },
  };
}

const prefixed = (where: Record<string, string>) =>
  Object.fromEntries(Object.entries(where).map(([name, value]) => [`s.${name}`, value]));

/** Sessions that have not ended, of users who are not revoked. */
const withUser = (knex: Knex) =>
  knex('sessions as s')
    .join('users as u', { 'u.user_id': 's.user_id', 'u.org_id': 's.org_id' })
    .whereNull('s.ended_at')
    .whereNull('u.revoked_at')
    .select('s.session_id', 's.created_at as begun_at', 's.expires_at', 'u.*');

const session = (row: Row): Session => ({
  session_id: text(row, 'session_id'),
  user: userOf(row),
  created_at: number(row, 'begun_at'),
  expires_at: number(row, 'expires_at'),
});
