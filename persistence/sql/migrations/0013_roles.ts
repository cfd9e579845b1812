/**
 * What the holder of a key may do: a column beside `role`, which stays as it is for a process of an earlier version that runs beside this
 * one; NULL is of a key that such a process made. `installation`: of the first key and of those for commands on a service's machine.
 */
import type { Knex } from 'knex';

/** Names of keys that a service makes. A person may have named one `local-shop`, and some databases compare names without their case. */
const MADE_BY_SERVICE = /^(first|local(-[0-9a-f]{16})?)$/;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('api_keys', (table) => {
    table.string('access_role', 32);
    table.boolean('installation');
    table.bigInteger('expires_at');
  });
  await knex('api_keys').where({ role: 'admin' }).update({ access_role: 'admin' });
  await knex('api_keys').where({ role: 'member' }).update({ access_role: 'editor' });
  await knex('api_keys').update({ installation: false });
  const admins: { key_id: string; name: string }[] = await knex('api_keys')
    .where({ org_id: 'default', role: 'admin' })
    .where((key) => key.where({ name: 'first' }).orWhere('name', 'like', 'local%'))
    .select('key_id', 'name');
  for (const { key_id, name } of admins)
    if (MADE_BY_SERVICE.test(name)) await knex('api_keys').where({ key_id }).update({ installation: true });
}
