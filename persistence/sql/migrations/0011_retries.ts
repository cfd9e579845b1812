/** Pictures whose failed step the service tries again by itself: found by an index, and set for those that an outage has stopped before. */
import type { Knex } from 'knex';

/** As they were when this was released. */
const STEPS = ['inspect', 'ocr', 'save', 'embed', 'index', 'purge'];
const OUTAGES = ['PROVIDER_UNAVAILABLE', 'READ_BACK_MISMATCH', 'STORAGE_FULL'];

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('retry_step', 16);
    table.index(['retry_step', 'resource_id'], 'resources_to_retry');
  });
  for (const step of STEPS)
    for (const code of OUTAGES)
      await knex('resources')
        .whereIn('status', ['INDEX_FAILED', 'PURGE_FAILED'])
        .where('failure', 'like', `%"step":"${step}"%`)
        .where('failure', 'like', `%"code":"${code}"%`)
        .update({ retry_step: step });
}
