/**
 * What the inbox groups, filters and sorts by. `engine`: the recogniser that read a picture, `file` where all of its text is of the file.
 * `lacks`: bits of the fields of its metadata that are empty: title 1, description 2, tags 4, taken_at 8, languages 16, extra 32.
 */
import type { Knex } from 'knex';

const ALL = 63;

/** The part of a text before another; all of it where that is not in it. */
const before = (text: string, mark: string) =>
  `CASE WHEN INSTR(${text}, '${mark}') > 0 THEN SUBSTR(${text}, 1, INSTR(${text}, '${mark}') - 1) ELSE ${text} END`;
const FIRST = `(${before('q.engine', ' + ')})`;
const ENGINE = `(SELECT CASE ${FIRST} WHEN 'text of the file' THEN 'file' WHEN '' THEN NULL ELSE SUBSTR((${before(FIRST, '/')}), 1, 100) END
  FROM recognitions AS q WHERE q.recognition_id = resources.recognition_id)`;

/** A field of the metadata as text: databases differ in how they give an empty one. */
const FIELD = (name: string) => `COALESCE(CAST(JSON_EXTRACT(m.body, '$.${name}') AS CHAR), 'null')`;
const BITS = Object.entries({ title: 1, description: 2, tags: 4, taken_at: 8, languages: 16, extra: 32 }).map(
  ([name, bit]) => `CASE WHEN ${FIELD(name)} IN ('null', '', '""', '[]', '{}') THEN ${bit} ELSE 0 END`,
);
const LACKS = `COALESCE((SELECT ${BITS.join(' + ')} FROM metadata AS m WHERE m.resource_id = resources.resource_id AND JSON_VALID(m.body)), ${ALL})`;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('resources', (table) => {
    table.string('engine', 100);
    table.integer('lacks').notNullable().defaultTo(ALL);
  });
  await knex('resources')
    .whereNotNull('recognition_id')
    .update({ engine: knex.raw(ENGINE) });
  await knex('resources').update({ lacks: knex.raw(LACKS) });
  await knex.schema.alterTable('resources', (table) => {
    table.index(['org_id', 'status', 'lacks', 'uploaded_at', 'resource_id', 'deadline_at'], 'resources_lacking');
    table.index(['org_id', 'searchable', 'viewable', 'created_at', 'resource_id'], 'resources_shown');
    table.index(['org_id', 'failure_code', 'failure_step', 'created_at', 'resource_id'], 'resources_by_failure');
    table.index(['org_id', 'engine', 'created_at', 'resource_id'], 'resources_by_engine');
    table.index(['org_id', 'phase', 'deadline_at', 'resource_id'], 'resources_by_deadline');
    table.index(['org_id', 'deadline_at', 'resource_id', 'phase', 'status'], 'resources_deadlines');
    table.dropIndex([], 'resources_failed');
    table.index(
      ['org_id', 'status', 'failure_step', 'failure_code', 'resource_id', 'failure_at', 'deadline_at'],
      'resources_failed',
    );
  });
}
