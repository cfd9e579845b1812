/** What a run took that ended with an entry of the journal; null in entries of before, and in those that end no run. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('journal', (table) => {
    table.integer('run_attempts');
    table.integer('run_losses');
    table.bigInteger('run_ms');
    table.text('run_failure', 'longtext');
  });
}
