/**
 * Since when a picture waits: the wall time at which it came to its status, or, while it is worked on and no search finds it, at which it was
 * complete. By status, and whether it can be searched, the oldest is found by one look-up, of an organisation and of all.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.bigInteger('waits_since');
  });
  await knex('resources').update({ waits_since: knex.ref('updated_at') });
  await knex.schema.alterTable('resources', (table) => {
    table.index(['org_id', 'status', 'searchable', 'waits_since'], 'resources_waiting');
    table.index(['status', 'searchable', 'waits_since'], 'resources_waiting_of_all');
  });
}
