/**
 * Runs of operators: verify, reindex, replay. `active_key` is of what only one may be under way of at once, and NULL otherwise. Findings are
 * numbered from 1. Suspects are what a run has seen once and looks at again before it removes anything. `about`: the picture, if there is one.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('runs', (table) => {
    table.string('run_id', 64).primary();
    table.string('org_id', 64).notNullable();
    table.boolean('installation').notNullable();
    table.string('kind', 16).notNullable();
    table.string('status', 16).notNullable();
    table.string('active_key', 100).unique('runs_active');
    table.string('idempotency_key', 200);
    table.string('fingerprint', 64);
    table.string('by_kind', 16).notNullable();
    table.string('by_id', 64);
    table.string('machine', 64).notNullable();
    table.string('version', 16).notNullable();
    table.bigInteger('seq').notNullable();
    table.bigInteger('next_due_at');
    table.text('body', 'longtext').notNullable();
    table.integer('findings').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('updated_at').notNullable();
    table.unique(['org_id', 'idempotency_key'], { indexName: 'runs_by_key' });
    table.index(['org_id', 'run_id'], 'runs_by_organisation');
    table.index(['next_due_at'], 'runs_due');
  });
  await knex.schema.createTable('run_findings', (table) => {
    table.string('run_id', 64).notNullable();
    table.integer('position').notNullable();
    table.string('finding', 64).notNullable();
    table.string('of_org', 64);
    table.string('about', 64);
    table.string('subject', 300).notNullable();
    table.string('detail', 500).notNullable();
    table.string('outcome', 16).notNullable();
    table.bigInteger('at').notNullable();
    table.primary(['run_id', 'position']);
  });
  await knex.schema.createTable('run_suspects', (table) => {
    table.string('run_id', 64).notNullable();
    table.string('suspect_id', 64).notNullable();
    table.string('finding', 64).notNullable();
    table.string('of_org', 64).notNullable();
    table.string('about', 64).notNullable();
    table.string('subject', 300).notNullable();
    table.bigInteger('mark').notNullable();
    table.bigInteger('seen_at').notNullable();
    table.primary(['run_id', 'suspect_id']);
  });
}
