/**
 * Fewer writes a commit: an index that is asked only for rows with a value, or of one status, holds those alone, and the status is in no
 * index that does not need it, since each step of a picture changes it. On SQLite alone, where every entry is written by the process that
 * works on the pictures; MySQL has no indexes of a part of a table.
 */
import type { Knex } from 'knex';

type Index = { name: string; table: string; columns: string; where?: string; unique?: true };
const INDEXES: Index[] = [
  { name: 'resources_by_phase', table: 'resources', columns: 'org_id, phase, created_at, resource_id' },
  { name: 'resources_deadlines', table: 'resources', columns: 'org_id, deadline_at, resource_id, phase' },
  {
    name: 'resources_lacking',
    table: 'resources',
    columns: 'org_id, status, lacks, uploaded_at, resource_id, deadline_at',
    where: "status = 'UPLOADED_NO_METADATA'",
  },
  {
    name: 'resources_failed',
    table: 'resources',
    columns: 'org_id, status, failure_step, failure_code, resource_id, failure_at, deadline_at',
    where: 'failure_code IS NOT NULL',
  },
  {
    name: 'resources_by_failure',
    table: 'resources',
    columns: 'org_id, failure_code, failure_step, created_at, resource_id',
    where: 'failure_code IS NOT NULL',
  },
  {
    name: 'resources_by_engine',
    table: 'resources',
    columns: 'org_id, engine, created_at, resource_id',
    where: 'engine IS NOT NULL',
  },
  {
    name: 'resources_by_batch',
    table: 'resources',
    columns: 'org_id, batch_id, created_at, resource_id',
    where: 'batch_id IS NOT NULL',
  },
  { name: 'resources_to_retry', table: 'resources', columns: 'retry_step, resource_id', where: 'retry_step IS NOT NULL' },
  { name: 'resources_claim', table: 'resources', columns: 'org_id, byte_claim', where: 'byte_claim IS NOT NULL', unique: true },
  {
    name: 'resources_by_sha256',
    table: 'resources',
    columns: 'org_id, sha256, created_at, resource_id',
    where: 'sha256 IS NOT NULL',
  },
  {
    name: 'resources_same_bytes',
    table: 'resources',
    columns: 'org_id, sha256, viewable, created_at, resource_id',
    where: 'sha256 IS NOT NULL',
  },
  { name: 'instances_set_aside', table: 'instances', columns: 'set_aside_at', where: 'set_aside_at IS NOT NULL' },
  { name: 'outbox_by_org', table: 'outbox', columns: 'org_id, position', where: 'position IS NOT NULL' },
];

export async function up(knex: Knex): Promise<void> {
  if (knex.client.dialect !== 'sqlite3') return;
  await knex.raw('DROP INDEX texts_by_resource'); // texts_by_revision begins with the same column
  for (const { name, table, columns, where, unique } of INDEXES) {
    await knex.raw(`DROP INDEX ${name}`);
    await knex.raw(
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table} (${columns})${where === undefined ? '' : ` WHERE ${where}`}`,
    );
  }
}
