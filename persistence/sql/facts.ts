/** The rows that changes bring with them. */
import type { Knex } from 'knex';
import type { Metadata } from '../../contract/metadata.ts';
import { FACT_ROWS, ROWS } from '../../contract/step-kinds.ts';
import type { FactWrite } from '../../runtime/ports/facts.ts';
import type { Dialect } from './database.ts';
import { FACT_TABLES, factValuesIn } from './fact-rows.ts';
import { ALL_LACKING, lackingBits } from './lacking.ts';
import { type RemarkStatements, remarkScript, remarkStatements } from './remarks.ts';
import {
  type Bound,
  bound,
  boundAll,
  deletes,
  inserts,
  keeps,
  others,
  type Statement,
  updates,
  upserts,
  type Values,
} from './statements.ts';

const OWNED = ['resource_id', 'org_id', 'at'];
const TABLES_OF_FACTS = FACT_ROWS.map((name) => ROWS[name].table);
/** What a resource's last step removes. Its row, journal, outbox and idempotency key stay. */
export const FORGOTTEN = ['metadata', 'metadata_tags', ...TABLES_OF_FACTS, 'remarks', 'callbacks'];
/** Rows of a resource of which one counts, by its key. */
const SUPERSEDED = FACT_ROWS.map((name) => ROWS[name]).filter(({ superseded }) => superseded);

export type FactStatements = Record<Exclude<FactWrite['into'], 'nothing' | 'superseded' | 'remarks'>, Statement> & {
  remarks: RemarkStatements;
  title: Statement;
  untag: Statement;
  tag: Statement;
  superseded: Statement[];
  forget: Statement[];
};

export function factStatements(knex: Knex): FactStatements {
  const owner = { resource_id: 'resource_id', org_id: 'org_id' };
  return {
    metadata: upserts(knex, 'metadata', [...OWNED, 'body'], 'resource_id'),
    title: updates(knex, 'resources', ['title', 'lacks'], owner),
    untag: deletes(knex, 'metadata_tags', ['resource_id', 'org_id']),
    tag: inserts(knex, 'metadata_tags', ['resource_id', 'org_id', 'tag']),
    ...factTables(knex),
    remarks: remarkStatements(knex),
    idempotency_keys: inserts(knex, 'idempotency_keys', ['key', ...OWNED, 'fingerprint']),
    cleanups: upserts(knex, 'cleanups', [...OWNED, 'round'], 'resource_id'),
    superseded: SUPERSEDED.map(({ table, key }) => others(knex, table, key)),
    forget: FORGOTTEN.map((table) => deletes(knex, table, ['resource_id', 'org_id'])),
  };
}

const factTables = (knex: Knex) =>
  Object.fromEntries(
    FACT_ROWS.map((name) => {
      const { table, key } = ROWS[name];
      return [table, keeps(knex, table, [key, ...OWNED, ...FACT_TABLES[name].columns], key)];
    }),
  ) as Record<(typeof TABLES_OF_FACTS)[number], Statement>;

/** The order of the tables. */
const TABLES = ['metadata', ...TABLES_OF_FACTS, 'idempotency_keys', 'cleanups'] as const;

type Remarked = Extract<FactWrite, { into: 'remarks' }>['row'];
/**
 * A row as it is bound. `metadata`: of such a row, for its title and tags. `remarked`: of a picture's remarks, which are rows of their own.
 * `is_new`: of a picture that comes with it, whose row has its title already (see `listed`), and which had no tags.
 */
export type FactRow = {
  into: FactWrite['into'];
  values: Values;
  metadata: Metadata | null;
  remarked: Remarked | null;
  is_new: boolean;
};

export const factRow = (write: FactWrite, is_new: boolean): FactRow => ({
  is_new,
  into: write.into,
  values: factValues(write),
  metadata: write.into === 'metadata' ? write.row.metadata : null,
  remarked: write.into === 'remarks' ? write.row : null,
});

/** What writes them, in an order of tables that never varies. */
export function factScript(dialect: Dialect, statements: FactStatements, rows: FactRow[]): Bound[] {
  const script: Bound[] = [];
  for (const table of TABLES) {
    const of = rows.filter(({ into }) => into === table);
    const values = of.map((row) => row.values);
    script.push(...boundAll(dialect, statements[table], values));
    if (table === 'metadata') script.push(...listedScript(dialect, statements, of));
  }
  script.push(
    ...remarkScript(
      dialect,
      statements.remarks,
      rows.flatMap(({ remarked }) => remarked ?? []),
    ),
  );
  for (const { into, values } of rows)
    if (into === 'superseded') for (const statement of statements.superseded) script.push(bound(statement, values));
  // Last: it removes also what the same change brought.
  for (const { into, values } of rows) {
    if (into !== 'nothing') continue;
    for (const statement of statements.forget) script.push(bound(statement, values));
    script.push(bound(statements.title, { ...values, ...listed(null) }));
  }
  return script;
}

/** What lists sort, filter and group by: the columns of a picture's row that are of its metadata. */
export const listed = (metadata: Metadata | null) => ({
  title: metadata?.title ?? '',
  lacks: metadata ? lackingBits(metadata) : ALL_LACKING,
});

function listedScript(dialect: Dialect, statements: FactStatements, rows: FactRow[]): Bound[] {
  const script: Bound[] = [];
  const tagged: Values[] = [];
  for (const { values: owner, metadata, is_new } of rows) {
    if (!metadata) continue;
    if (!is_new) {
      script.push(bound(statements.title, { ...owner, ...listed(metadata) }), bound(statements.untag, owner));
    }
    for (const tag of new Set(metadata.tags)) tagged.push({ ...owner, tag });
  }
  return [...script, ...boundAll(dialect, statements.tag, tagged)];
}

function factValues(write: FactWrite): Values {
  switch (write.into) {
    case 'metadata': {
      const { metadata, ...row } = write.row;
      return { ...row, body: JSON.stringify(metadata) };
    }
    case 'cleanups':
      return { ...write.row, round: 0 };
    case 'remarks': {
      const { remarks: _, ...owner } = write.row;
      return owner;
    }
    case 'superseded':
    case 'idempotency_keys':
    case 'nothing':
      return write.row;
    default:
      return factValuesIn(write.into, write.row);
  }
}
