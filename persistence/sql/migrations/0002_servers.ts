/** What several processes and a named index need beside 0001. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('indexed_in', 100);
  });
  await knex.schema.alterTable('upkeep', (table) => {
    table.bigInteger('removed_position').notNullable().defaultTo(0);
  });
  await knex.schema.alterTable('texts', (table) => table.index(['resource_id', 'revision'], 'texts_by_revision'));
  await knex.schema.alterTable('embeddings', (table) => table.index(['text_id'], 'embeddings_by_text'));
  // One row: where entries are written. `live` is NULL until an index with a name was made.
  await knex.schema.createTable('index_targets', (table) => {
    table.integer('index_targets_id').primary();
    table.string('live', 100);
    table.string('building', 100);
  });
  await knex('index_targets').insert({ index_targets_id: 1, live: null, building: null });
  // One row, only ever locked: shared by processes that may be several, whole by one that must be alone.
  await knex.schema.createTable('presence', (table) => {
    table.integer('presence_id').primary();
  });
  await knex('presence').insert({ presence_id: 1 });
}
