/**
 * How many pictures of each status an organisation has, kept as they move: counting 100,000 rows of an index holds up a process that
 * has its database inside for 50 ms. On SQLite alone: on a server, processes would wait for one another's row of counts, and not for
 * one another's counting.
 */
import type { Knex } from 'knex';

const MORE = (row: string) => `
  INSERT INTO resource_counts (org_id, status, phase, count) VALUES (${row}.org_id, ${row}.status, ${row}.phase, 1)
  ON CONFLICT (org_id, status, phase) DO UPDATE SET count = count + 1;`;
const LESS = (row: string) => `
  UPDATE resource_counts SET count = count - 1
  WHERE org_id = ${row}.org_id AND status = ${row}.status AND phase = ${row}.phase;`;

export async function up(knex: Knex): Promise<void> {
  if (knex.client.dialect !== 'sqlite3') return;
  await knex.schema.createTable('resource_counts', (table) => {
    table.string('org_id', 100).notNullable();
    table.string('status', 40).notNullable();
    table.string('phase', 40).notNullable();
    table.bigInteger('count').notNullable();
    table.primary(['org_id', 'status', 'phase']);
  });
  await knex.raw(`
    INSERT INTO resource_counts (org_id, status, phase, count)
    SELECT org_id, status, phase, count(*) FROM resources GROUP BY org_id, status, phase`);
  await knex.raw(`CREATE TRIGGER resources_counted AFTER INSERT ON resources BEGIN ${MORE('NEW')} END`);
  await knex.raw(`CREATE TRIGGER resources_uncounted AFTER DELETE ON resources BEGIN ${LESS('OLD')} END`);
  await knex.raw(`
    CREATE TRIGGER resources_recounted AFTER UPDATE OF org_id, status, phase ON resources
    WHEN (OLD.org_id, OLD.status, OLD.phase) <> (NEW.org_id, NEW.status, NEW.phase)
    BEGIN ${LESS('OLD')} ${MORE('NEW')} END`);
}
