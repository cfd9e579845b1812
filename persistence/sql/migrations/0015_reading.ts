/** How a person has ordered a picture to be read, as JSON; NULL: nobody has. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.text('reading');
  });
}
