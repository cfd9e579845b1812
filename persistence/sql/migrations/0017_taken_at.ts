/** When a picture was taken, as its file says; of pictures that were inspected before, nothing is known. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('file_taken_at', 40);
  });
}
