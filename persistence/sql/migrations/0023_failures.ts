/** The step, code and time of a failure as columns beside its JSON, by which those that failed are grouped, counted and listed. */
import type { Knex } from 'knex';

/** Text or number of the JSON, as both kinds of databases have it. */
const FIELD = (name: string) => `REPLACE(JSON_EXTRACT(failure, '$.${name}'), '"', '')`;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('failure_step', 16);
    table.string('failure_code', 64);
    table.bigInteger('failure_at');
  });
  await knex('resources')
    .whereNotNull('failure')
    .whereRaw('JSON_VALID(failure)')
    .update({
      failure_step: knex.raw(FIELD('step')),
      failure_code: knex.raw(FIELD('code')),
      failure_at: knex.raw(`${FIELD('at')} + 0`),
    });
  await knex.schema.alterTable('resources', (table) => {
    table.index(['org_id', 'status', 'failure_step', 'failure_code', 'resource_id', 'failure_at'], 'resources_failed');
  });
}
