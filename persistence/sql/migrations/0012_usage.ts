/** What each organisation holds, in a row that commits keep, so that quotas cost no counting; and the key that began a picture. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('org_usage', (table) => {
    table.string('org_id', 64).primary();
    for (const name of ['pictures', 'bytes', 'awaited', 'announced']) table.bigInteger(name).notNullable();
  });
  await knex.schema.alterTable('resources', (table) => {
    table.string('key_id', 64);
  });
  await knex.raw(`
    INSERT INTO org_usage (org_id, pictures, bytes, awaited, announced)
    SELECT org_id, COUNT(*), COALESCE(SUM(byte_size), 0),
      COALESCE(SUM(CASE WHEN status = 'AWAITING_UPLOAD' THEN 1 ELSE 0 END), 0),
      COALESCE(SUM(CASE WHEN status = 'AWAITING_UPLOAD' THEN byte_size ELSE 0 END), 0)
    FROM resources
    WHERE status <> 'DELETED' AND NOT (status = 'EXPIRED' AND uploaded_at IS NULL)
    GROUP BY org_id`);
  await knex.raw(`
    INSERT INTO org_usage (org_id, pictures, bytes, awaited, announced)
    SELECT org_id, 0, 0, 0, 0 FROM organisations WHERE org_id NOT IN (SELECT org_id FROM org_usage)`);
}
