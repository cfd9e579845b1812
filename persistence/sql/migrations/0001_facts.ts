/**
 * The tables of the facts. Only what SQLite, MySQL 8.4 and MariaDB have alike: big JSON is text, a vector is bytes, a time is a
 * BIGINT. No foreign keys: a commit writes all rows of a resource or none, and on MySQL each key would lock its parent's row.
 *
 * A released migration never changes: words of the contract stand here as they were. The CHECKs know these statuses alone: one that is
 * added to the contract needs a migration that makes `resources` again.
 */
import type { Knex } from 'knex';

const STATUSES = [
  ...['AWAITING_UPLOAD', 'UPLOADED_NO_METADATA', 'READY_FOR_OCR', 'INIT', 'OCR_DONE', 'METADATA_SAVED', 'VECTOR_PENDING'],
  ...['VECTOR_DONE', 'INDEXED', 'INDEX_FAILED', 'REJECTED', 'EXPIRED', 'TRASHED', 'DELETING', 'PURGE_FAILED', 'DELETED'],
];
const PHASES = ['uploading', 'needs_person', 'working', 'ready', 'failed', 'gone'];

type Table = Knex.CreateTableBuilder;

/** Ids are UUIDv7, or a word such as `default`. */
const id = (table: Table, name: string) => table.string(name, 64);
/** Epoch milliseconds. */
const time = (table: Table, name: string) => table.bigInteger(name);
const json = (table: Table, name: string) => table.text(name, 'longtext');

/** A CHECK of the table: MariaDB knows no name of one that is a column's. `words`: of ours, without quotes in them. */
function oneOf(table: Table, name: string, words: readonly string[], constraint: string): void {
  table.string(name, 32).notNullable();
  table.check(`${name} in (${words.map((word) => `'${word}'`).join(', ')})`, undefined, constraint);
}

export async function up(knex: Knex): Promise<void> {
  const make = async (name: string, columns: (table: Table) => void) => await knex.schema.createTable(name, columns);
  await make('instances', instances);
  await make('resources', resources);
  await make('metadata', metadata);
  await make('metadata_tags', metadataTags);
  await make('recognitions', recognitions);
  await make('corrections', corrections);
  await make('texts', texts);
  await make('embeddings', embeddings);
  await make('journal', journal);
  await make('outbox', outbox);
  await make('callbacks', callbacks);
  await make('idempotency_keys', idempotencyKeys);
  await make('organisations', organisations);
  await make('users', users);
  await make('api_keys', apiKeys);
  await make('upkeep', upkeep);
  await knex('upkeep').insert({ upkeep_id: 1, last_sweep_at: null, offset_ms: 0, epoch: null, last_position: 0 });
}

/** `body`: {snapshot, jobs, timers}. `has_jobs`: what a lost task store is made again from. */
function instances(table: Table): void {
  id(table, 'instance_id').primary();
  id(table, 'org_id').notNullable();
  table.string('machine', 64).notNullable();
  table.string('version', 32).notNullable();
  table.bigInteger('seq').notNullable();
  json(table, 'body').notNullable();
  table.boolean('has_jobs').notNullable();
  time(table, 'next_due_at');
  table.index(['next_due_at'], 'instances_due');
  table.index(['has_jobs', 'instance_id'], 'instances_with_jobs');
}

/** `title`: what metadata says, '' when it says none; kept here because lists sort by it. */
function resources(table: Table): void {
  id(table, 'resource_id').primary();
  for (const name of ['org_id', 'user_id']) id(table, name).notNullable();
  table.string('batch_id', 100);
  oneOf(table, 'status', STATUSES, 'resources_status');
  oneOf(table, 'phase', PHASES, 'resources_phase');
  for (const name of ['seq', 'revision']) table.bigInteger(name).notNullable();
  table.bigInteger('indexed_revision');
  for (const name of ['has_vector', 'viewable', 'searchable', 'rests', 'described']) table.boolean(name).notNullable();
  json(table, 'allowed_events').notNullable();
  time(table, 'deadline_at');
  json(table, 'failure');
  table.string('filename', 255).notNullable();
  table.string('content_type', 100).notNullable();
  table.bigInteger('byte_size');
  table.string('sha256', 64);
  table.string('original_key', 300);
  for (const name of ['recognition_id', 'correction_id', 'text_id', 'duplicate_of']) id(table, name);
  for (const name of ['page_count', 'width', 'height']) table.integer(name);
  for (const name of ['created_at', 'updated_at']) time(table, name).notNullable();
  for (const name of ['uploaded_at', 'indexed_at']) time(table, name);
  table.string('title', 300).notNullable().defaultTo('');
  table.index(['org_id', 'created_at', 'resource_id'], 'resources_newest');
  table.index(['org_id', 'title', 'resource_id'], 'resources_by_title');
  // Each ends in what counts group by, so that counting reads an index alone.
  table.index(['org_id', 'status', 'created_at', 'resource_id', 'phase'], 'resources_by_status');
  table.index(['org_id', 'phase', 'created_at', 'resource_id', 'status'], 'resources_by_phase');
  table.index(['org_id', 'batch_id', 'created_at', 'resource_id'], 'resources_by_batch');
  table.index(['org_id', 'sha256', 'created_at', 'resource_id'], 'resources_by_sha256');
}

function metadata(table: Table): void {
  id(table, 'resource_id').primary();
  id(table, 'org_id').notNullable();
  time(table, 'at').notNullable();
  json(table, 'body').notNullable();
}

function metadataTags(table: Table): void {
  id(table, 'resource_id').notNullable();
  id(table, 'org_id').notNullable();
  table.string('tag', 60).notNullable();
  table.primary(['resource_id', 'tag']);
  table.index(['org_id', 'tag', 'resource_id'], 'metadata_tags_by_tag');
}

const owned = (table: Table, key: string, name: string) => {
  id(table, key).primary();
  id(table, 'resource_id').notNullable();
  id(table, 'org_id').notNullable();
  time(table, 'at').notNullable();
  table.index(['resource_id'], `${name}_by_resource`);
};

function recognitions(table: Table): void {
  owned(table, 'recognition_id', 'recognitions');
  table.string('engine', 200).notNullable();
  json(table, 'pages').notNullable();
}

function corrections(table: Table): void {
  owned(table, 'correction_id', 'corrections');
  table.string('by_kind', 16).notNullable();
  id(table, 'by_id');
  json(table, 'pages').notNullable();
}

function texts(table: Table): void {
  owned(table, 'text_id', 'texts');
  table.bigInteger('revision').notNullable();
  id(table, 'recognition_id');
  id(table, 'correction_id');
  json(table, 'saved').notNullable();
}

/** `vector`: 32-bit floats, little-endian. */
function embeddings(table: Table): void {
  owned(table, 'embedding_id', 'embeddings');
  id(table, 'text_id').notNullable();
  table.string('model', 200).notNullable();
  table.binary('vector').notNullable();
}

/** `commit_id`: by it, one whose connection broke at COMMIT finds out whether its commit happened. */
function journal(table: Table): void {
  id(table, 'instance_id').notNullable();
  table.bigInteger('seq').notNullable();
  id(table, 'org_id').notNullable();
  id(table, 'commit_id').notNullable();
  time(table, 'at').notNullable();
  table.string('event', 100).notNullable();
  table.string('from', 32);
  table.string('to', 32).notNullable();
  table.bigInteger('revision').notNullable();
  table.string('by_kind', 16).notNullable();
  id(table, 'by_id');
  table.string('request_id', 200);
  json(table, 'failure');
  table.primary(['instance_id', 'seq']);
}

/** `position` is what readers go by: NULL until a relay has numbered the row, which it can only once the row is committed. */
function outbox(table: Table): void {
  table.bigIncrements('outbox_id');
  id(table, 'message_id').notNullable();
  id(table, 'org_id').notNullable();
  table.string('type', 64).notNullable();
  time(table, 'at').notNullable();
  json(table, 'payload').notNullable();
  table.bigInteger('position');
  table.unique(['position'], { indexName: 'outbox_position' });
  table.index(['org_id', 'position'], 'outbox_by_org');
}

/** A provider's signed results, kept before they are answered. `reads`: the ids of the facts that the run read, as JSON. */
function callbacks(table: Table): void {
  table.string('webhook_id', 200).primary();
  for (const name of ['org_id', 'resource_id', 'task_id']) id(table, name).notNullable();
  table.string('kind', 16).notNullable();
  table.string('reads', 400).notNullable();
  time(table, 'received_at').notNullable();
  json(table, 'body').notNullable();
  table.index(['resource_id', 'kind'], 'callbacks_by_resource');
}

function idempotencyKeys(table: Table): void {
  id(table, 'org_id').notNullable();
  table.string('key', 255).notNullable();
  id(table, 'resource_id').notNullable();
  table.string('fingerprint', 128).notNullable();
  time(table, 'at').notNullable();
  table.primary(['org_id', 'key']);
}

function organisations(table: Table): void {
  id(table, 'org_id').primary();
  table.string('name', 200).notNullable();
  time(table, 'created_at').notNullable();
}

function users(table: Table): void {
  id(table, 'user_id').primary();
  id(table, 'org_id').notNullable();
  table.string('name', 200).notNullable();
  time(table, 'created_at').notNullable();
  table.index(['org_id'], 'users_by_org');
}

function apiKeys(table: Table): void {
  id(table, 'key_id').primary();
  for (const name of ['org_id', 'user_id']) id(table, name).notNullable();
  table.string('name', 200).notNullable();
  oneOf(table, 'role', ['admin', 'member'], 'api_keys_role');
  table.string('secret_hash', 200).notNullable();
  time(table, 'created_at').notNullable();
  time(table, 'revoked_at');
  table.index(['org_id', 'created_at', 'key_id'], 'api_keys_by_org');
}

/** One row. `last_position`: the outbox's counter; locking the row makes one relay at a time. */
function upkeep(table: Table): void {
  table.integer('upkeep_id').primary();
  time(table, 'last_sweep_at');
  table.bigInteger('offset_ms').notNullable();
  table.string('epoch', 64);
  table.bigInteger('last_position').notNullable();
}
