/** Planned looks for what late writers left of a picture. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('cleanups', (table) => {
    table.string('resource_id', 64).primary();
    table.string('org_id', 64).notNullable();
    table.bigInteger('at').notNullable();
    table.integer('round').notNullable().defaultTo(0);
    table.index(['at'], 'cleanups_due');
  });
}
