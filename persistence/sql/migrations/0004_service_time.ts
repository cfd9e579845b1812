/**
 * Service time in a row of its own, with a count of its ticks and until when timers are quiet after a silence. It goes on from where
 * `upkeep` had it; processes of an earlier version go on with theirs.
 */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('service_time', (table) => {
    table.integer('service_time_id').primary();
    table.bigInteger('ticks').notNullable();
    table.bigInteger('ticked_at');
    table.bigInteger('service_at').notNullable();
    table.bigInteger('settle_until').notNullable();
  });
  await knex.raw(`
    INSERT INTO service_time (service_time_id, ticks, ticked_at, service_at, settle_until)
    SELECT 1, 0, last_sweep_at, COALESCE(last_sweep_at - offset_ms, 0), 0 FROM upkeep WHERE upkeep_id = 1`);
}
