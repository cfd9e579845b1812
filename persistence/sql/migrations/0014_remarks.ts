/**
 * What pictures lack though no step of theirs failed: a row a remark, by which lists filter, and all of a picture's as JSON in its row,
 * which is what readers get. Both are written by the same commit. `page` is NULL for the whole file.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.text('remarks', 'longtext');
  });
  await knex.schema.createTable('remarks', (table) => {
    table.string('resource_id', 64).notNullable();
    table.integer('position').notNullable();
    table.string('org_id', 64).notNullable();
    table.bigInteger('at').notNullable();
    table.string('code', 64).notNullable();
    table.integer('page');
    table.string('detail', 300).notNullable();
    table.string('of', 32).notNullable();
    table.primary(['resource_id', 'position']);
    table.index(['org_id', 'code', 'resource_id'], 'remarks_by_code');
  });
}
