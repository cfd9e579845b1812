/**
 * The same bytes: `byte_claim` is what one picture of an organisation holds at a time, so that of many that are sent at once one is made.
 * `kept`: made on purpose beside others. The column `duplicate_of` stays for processes of earlier versions; it is computed now, by an index.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('byte_claim', 100);
    table.boolean('kept').notNullable().defaultTo(false);
    table.unique(['org_id', 'byte_claim'], { indexName: 'resources_claim' });
    table.index(['org_id', 'sha256', 'viewable', 'created_at', 'resource_id'], 'resources_same_bytes');
  });
}
