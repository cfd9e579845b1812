/** Instances that can't be read are set aside, each by itself, where an operator sees them: since when (wall time), and why. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('instances', (table) => {
    table.bigInteger('set_aside_at');
    table.string('set_aside_reason', 300);
    table.index(['set_aside_at'], 'instances_set_aside');
  });
}
