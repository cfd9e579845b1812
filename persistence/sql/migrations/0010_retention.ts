/** By when they came, so that what was kept long enough is found; and the pictures that were removed before this was so. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('callbacks', (table) => table.index(['received_at'], 'callbacks_by_time'));
  await knex.schema.alterTable('idempotency_keys', (table) => table.index(['at'], 'idempotency_keys_by_time'));
  await knex.raw(`
    INSERT INTO cleanups (resource_id, org_id, at, round)
    SELECT resource_id, org_id, updated_at, 0 FROM resources
    WHERE status = 'DELETED' AND resource_id NOT IN (SELECT resource_id FROM cleanups)`);
}
