/**
 * Sessions of browsers, the login tokens that begin them, and what a user may do in one. A user has the highest role of the keys in use that
 * act for it; the first user, whose keys each start makes, is an administrator. NULL is of a user that a process of an earlier version makes.
 */
import type { Knex } from 'knex';

const ROLES = ['viewer', 'editor', 'operator', 'admin'];
/** A page of users: an organisation has few. */
const PAGE = 500;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('login_tokens', (table) => {
    table.string('token_hash', 64).primary();
    for (const name of ['org_id', 'user_id']) table.string(name, 64).notNullable();
    for (const name of ['created_at', 'expires_at']) table.bigInteger(name).notNullable();
    table.bigInteger('used_at');
    table.index(['user_id'], 'login_tokens_by_user');
    table.index(['expires_at'], 'login_tokens_by_end');
  });
  await knex.schema.createTable('sessions', (table) => {
    table.string('session_id', 64).primary();
    table.string('token_hash', 64).notNullable().unique('sessions_by_token');
    for (const name of ['org_id', 'user_id']) table.string(name, 64).notNullable();
    for (const name of ['created_at', 'expires_at']) table.bigInteger(name).notNullable();
    table.bigInteger('ended_at');
    table.index(['user_id'], 'sessions_by_user');
    table.index(['expires_at'], 'sessions_by_end');
  });
  await knex.schema.alterTable('users', (table) => {
    table.string('role', 32);
    table.boolean('installation');
    table.bigInteger('revoked_at');
  });
  for (let after = ''; ; ) {
    const users: { user_id: string }[] = await knex('users')
      .where('user_id', '>', after)
      .orderBy('user_id')
      .limit(PAGE)
      .select('user_id');
    for (const { user_id } of users)
      await knex('users')
        .where({ user_id })
        .update(await rightsOf(knex, user_id));
    const last = users.at(-1);
    if (!last) return;
    after = last.user_id;
  }
}

/** Those of a user without keys are an editor's, as those of a key are unless others are given. */
async function rightsOf(knex: Knex, user_id: string): Promise<{ role: string; installation: boolean }> {
  if (user_id === 'admin') return { role: 'admin', installation: true };
  const keys: { access_role: string | null; role: string; installation: unknown }[] = await knex('api_keys')
    .where({ user_id })
    .whereNull('revoked_at')
    .select('access_role', 'role', 'installation');
  const roles = keys.map(({ access_role, role }) => ROLES.indexOf(access_role ?? (role === 'admin' ? 'admin' : 'editor')));
  const highest = keys.length === 0 ? ROLES.indexOf('editor') : Math.max(0, ...roles);
  return { role: ROLES[highest] ?? 'editor', installation: keys.some(({ installation }) => Boolean(installation)) };
}
