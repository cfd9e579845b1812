/** Periodic work that one process does for all: who does it now, and how far it has come. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('chores', (table) => {
    table.string('name', 64).primary();
    table.string('owner', 100);
    table.bigInteger('held_until');
    table.text('state', 'longtext');
  });
}
