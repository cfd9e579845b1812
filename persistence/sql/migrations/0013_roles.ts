/**
 * What the holder of a key may do: a column beside `role`, which stays as it is for a process of an earlier version that runs beside this
 * one; NULL is of a key that such a process made. `installation`: of the first key and of those for commands on a service's machine.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('api_keys', (table) => {
    table.string('access_role', 32);
    table.boolean('installation');
    table.bigInteger('expires_at');
  });
  await knex('api_keys').where({ role: 'admin' }).update({ access_role: 'admin' });
  await knex('api_keys').where({ role: 'member' }).update({ access_role: 'editor' });
  await knex('api_keys').update({ installation: false });
  await knex('api_keys')
    .where({ org_id: 'default', role: 'admin' })
    .where((key) => key.where({ name: 'first' }).orWhere({ name: 'local' }).orWhere('name', 'like', 'local-%'))
    .update({ installation: true });
}
