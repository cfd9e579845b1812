/** Bulk changes that came with an idempotency key: which pictures the first of them was about, so that another is about the same. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('bulk_requests', (table) => {
    table.string('org_id', 64).notNullable();
    table.string('key', 200).notNullable();
    table.string('fingerprint', 64).notNullable();
    table.bigInteger('at').notNullable();
    table.text('chosen', 'longtext').notNullable();
    table.primary(['org_id', 'key']);
    table.index(['at'], 'bulk_requests_by_time');
  });
}
