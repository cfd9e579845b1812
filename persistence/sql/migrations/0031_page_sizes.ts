/** The size of each page of a document; of pictures that were inspected before, that of the first one is known. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.text('page_sizes');
  });
}
