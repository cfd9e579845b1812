/** A long text has a vector for each passage, one after the other in one value. What there is has one. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('embeddings', (table) => {
    table.integer('passages').notNullable().defaultTo(1);
  });
  if (knex.client.dialect === 'sqlite3') return;
  await knex.raw('ALTER TABLE ?? MODIFY ?? MEDIUMBLOB NOT NULL', ['embeddings', 'vector']); // a blob ends at 64 KiB
}
