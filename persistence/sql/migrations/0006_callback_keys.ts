/** The id of a message is its sender's: it tells messages to one task apart, and is no reason to leave out a message to another. */
import type { Knex } from 'knex';

const KEY = ['resource_id', 'task_id', 'webhook_id'];

export async function up(knex: Knex): Promise<void> {
  if (knex.client.dialect !== 'sqlite3') {
    await knex.raw('ALTER TABLE ?? DROP PRIMARY KEY, ADD PRIMARY KEY (??, ??, ??)', ['callbacks', ...KEY]);
    return;
  }
  // SQLite changes no key of a table: another one takes its place.
  await knex.schema.createTable('callbacks_next', (table) => {
    table.string('webhook_id', 200).notNullable();
    for (const name of ['org_id', 'resource_id', 'task_id']) table.string(name, 64).notNullable();
    table.string('kind', 16).notNullable();
    table.string('reads', 400).notNullable();
    table.bigInteger('received_at').notNullable();
    table.text('body', 'longtext').notNullable();
    table.primary(KEY);
  });
  await knex.raw(`
    INSERT INTO callbacks_next (webhook_id, org_id, resource_id, task_id, kind, reads, received_at, body)
    SELECT webhook_id, org_id, resource_id, task_id, kind, reads, received_at, body FROM callbacks`);
  await knex.schema.dropTable('callbacks');
  await knex.schema.renameTable('callbacks_next', 'callbacks');
  await knex.schema.alterTable('callbacks', (table) => table.index(['resource_id', 'kind'], 'callbacks_by_resource'));
}
