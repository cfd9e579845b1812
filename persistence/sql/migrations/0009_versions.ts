/** What a start asks: of which versions are the instances that are stored, and did a program with the same machines look at them? */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('instances', (table) => table.index(['machine', 'version'], 'instances_by_version'));
  await knex.schema.alterTable('upkeep', (table) => {
    table.string('checked_for', 64);
  });
}
