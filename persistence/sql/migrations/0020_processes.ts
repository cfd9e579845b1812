/**
 * What operators see of the installation: a row a process, which it renews while it lives, and a row a step that is paused. `body`: the
 * states of its parts, its counters and its jobs, as JSON. Older versions know neither table.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('processes', (table) => {
    table.string('process_id', 64).primary();
    table.string('role', 16).notNullable();
    table.string('version', 32).notNullable();
    table.bigInteger('started_at').notNullable();
    table.bigInteger('last_seen_at').notNullable();
    table.text('body', 'longtext').notNullable();
    table.index(['last_seen_at'], 'processes_by_last_seen');
  });
  await knex.schema.createTable('step_pauses', (table) => {
    table.string('kind', 16).primary();
    table.bigInteger('paused_at').notNullable();
    table.string('by_kind', 16).notNullable();
    table.string('by_id', 64);
  });
}
