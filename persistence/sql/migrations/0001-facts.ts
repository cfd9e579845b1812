/** The tables of the contract. Ids are UUIDs; times are epoch milliseconds; JSON is text. */
import type { Knex } from 'knex';
import { PHASES, STATUSES } from '../../../contract/statuses.ts';

const ID = 36;

export async function up({ schema }: Knex): Promise<void> {
  await schema.createTable('organisations', (t) => {
    t.string('org_id', ID).primary();
    t.string('name', 200).notNullable();
    t.bigInteger('created_at').notNullable();
  });
  await schema.createTable('users', (t) => {
    t.string('user_id', ID).primary();
    t.string('org_id', ID).notNullable().index();
    t.string('name', 200).notNullable();
    t.bigInteger('created_at').notNullable();
  });
  await schema.createTable('api_keys', (t) => {
    t.string('key_id', ID).primary();
    t.string('org_id', ID).notNullable().index();
    t.string('user_id', ID).notNullable();
    t.string('name', 200).notNullable();
    t.string('role', 20).notNullable();
    t.string('secret_hash', 64).notNullable();
    t.bigInteger('created_at').notNullable();
    t.bigInteger('revoked_at');
  });
  await schema.createTable('upkeep', (t) => {
    t.integer('id').primary();
    t.bigInteger('last_sweep_at').notNullable();
    t.bigInteger('offset_ms').notNullable();
    t.string('epoch', ID);
  });
  await lifecycles(schema);
  await facts(schema);
  await messages(schema);
}

async function lifecycles(schema: Knex.SchemaBuilder): Promise<void> {
  await schema.createTable('instances', (t) => {
    t.string('instance_id', ID).primary();
    t.string('org_id', ID).notNullable();
    t.integer('seq').notNullable();
    t.boolean('has_jobs').notNullable();
    t.bigInteger('next_due_at').index();
    t.text('body', 'longtext').notNullable();
    t.index(['has_jobs', 'instance_id']);
  });
  await schema.createTable('resources', (t) => {
    t.string('resource_id', ID).primary();
    for (const id of ['org_id', 'user_id']) t.string(id, ID).notNullable();
    t.string('batch_id', 100);
    t.string('status', 30).notNullable().checkIn(STATUSES.map(({ status }) => status));
    t.string('phase', 20).notNullable().checkIn([...PHASES]);
    for (const count of ['seq', 'revision']) t.integer(count).notNullable();
    t.integer('indexed_revision');
    for (const flag of ['has_vector', 'viewable', 'searchable', 'rests', 'described']) t.boolean(flag).notNullable();
    t.text('allowed_events').notNullable();
    t.bigInteger('deadline_at');
    t.text('failure');
    t.string('title_key', 300).notNullable().defaultTo('');
    t.string('filename', 255).notNullable();
    t.string('content_type', 100).notNullable();
    t.bigInteger('byte_size');
    t.string('sha256', 64);
    t.string('original_key', 255);
    for (const id of ['recognition_id', 'correction_id', 'text_id', 'duplicate_of']) t.string(id, ID);
    for (const count of ['page_count', 'width', 'height']) t.integer(count);
    for (const time of ['created_at', 'updated_at']) t.bigInteger(time).notNullable();
    for (const time of ['uploaded_at', 'indexed_at']) t.bigInteger(time);
    t.index(['org_id', 'created_at', 'resource_id']);
    t.index(['org_id', 'title_key', 'resource_id']);
    t.index(['org_id', 'phase', 'status', 'created_at', 'resource_id'], 'resources_by_phase');
    t.index(['org_id', 'status', 'created_at', 'resource_id'], 'resources_by_status');
    t.index(['org_id', 'sha256', 'created_at']);
    t.index(['org_id', 'batch_id', 'created_at', 'resource_id'], 'resources_by_batch');
  });
  await schema.createTable('journal', (t) => {
    t.string('instance_id', ID).notNullable();
    t.integer('seq').notNullable();
    t.string('org_id', ID).notNullable();
    t.string('commit_id', ID).notNullable();
    t.bigInteger('at').notNullable();
    t.string('event', 100).notNullable();
    for (const status of ['from', 'to']) t.string(`${status}_status`, 30);
    t.integer('revision').notNullable();
    t.string('by_kind', 20).notNullable();
    t.string('by_id', 200);
    t.string('request_id', 200);
    t.text('failure');
    t.primary(['instance_id', 'seq']);
  });
}

/** Rows that a step makes: never changed, only removed by a purge. */
async function facts(schema: Knex.SchemaBuilder): Promise<void> {
  const owned = (t: Knex.CreateTableBuilder) => {
    t.string('resource_id', ID).notNullable().index();
    t.string('org_id', ID).notNullable();
    t.bigInteger('at').notNullable();
  };
  await schema.createTable('metadata', (t) => {
    t.string('resource_id', ID).primary();
    t.string('org_id', ID).notNullable();
    t.bigInteger('at').notNullable();
    t.text('body', 'longtext').notNullable();
  });
  await schema.createTable('metadata_tags', (t) => {
    t.string('org_id', ID).notNullable();
    t.string('tag', 60).notNullable();
    t.string('resource_id', ID).notNullable().index();
    t.primary(['org_id', 'tag', 'resource_id']);
  });
  await schema.createTable('recognitions', (t) => {
    t.string('recognition_id', ID).primary();
    owned(t);
    t.string('engine', 100).notNullable();
    t.text('pages', 'longtext').notNullable();
  });
  await schema.createTable('corrections', (t) => {
    t.string('correction_id', ID).primary();
    owned(t);
    t.string('by_kind', 20).notNullable();
    t.string('by_id', 200);
    t.text('pages', 'longtext').notNullable();
  });
  await schema.createTable('texts', (t) => {
    t.string('text_id', ID).primary();
    owned(t);
    t.integer('revision').notNullable();
    for (const id of ['recognition_id', 'correction_id']) t.string(id, ID);
    t.text('saved', 'longtext').notNullable();
  });
  await schema.createTable('embeddings', (t) => {
    t.string('embedding_id', ID).primary();
    owned(t);
    t.string('text_id', ID).notNullable();
    t.string('model', 100).notNullable();
    t.specificType('vector', 'mediumblob').notNullable();
  });
}

async function messages(schema: Knex.SchemaBuilder): Promise<void> {
  await schema.createTable('idempotency_keys', (t) => {
    t.string('org_id', ID).notNullable();
    t.string('key', 255).notNullable();
    t.string('resource_id', ID).notNullable();
    t.string('fingerprint', 64).notNullable();
    t.bigInteger('at').notNullable();
    t.primary(['org_id', 'key']);
  });
  /** `position` is what readers go by: `n` may become visible out of order. */
  await schema.createTable('outbox', (t) => {
    t.increments('n');
    t.string('message_id', ID).notNullable();
    t.string('org_id', ID).notNullable();
    t.string('type', 50).notNullable();
    t.bigInteger('at').notNullable();
    t.text('payload', 'longtext').notNullable();
    t.bigInteger('position').unique();
    t.index(['org_id', 'position']);
  });
  /** Results that a provider sent, kept before they are answered. */
  await schema.createTable('callbacks', (t) => {
    t.string('webhook_id', 200).primary();
    t.string('resource_id', ID).notNullable().index();
    t.string('org_id', ID).notNullable();
    t.string('task_id', ID).notNullable();
    t.string('reads', 200).notNullable();
    t.bigInteger('at').notNullable();
    t.text('body', 'longtext').notNullable();
  });
}
