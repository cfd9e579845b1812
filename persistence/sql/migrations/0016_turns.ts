/** How far the pages of a picture were turned to be read; what was read before is shown as it was. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('turns', 1_000);
  });
}
