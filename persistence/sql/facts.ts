/** The rows that changes bring with them. */
import type { Knex } from 'knex';
import type { Metadata } from '../../contract/metadata.ts';
import type { FactWrite } from '../../runtime/ports/facts.ts';
import type { Dialect } from './database.ts';
import { vectorBytes } from './row.ts';
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
/** What a resource's last step removes. Its row, journal, outbox and idempotency key stay. */
const FORGOTTEN = ['metadata', 'metadata_tags', 'recognitions', 'corrections', 'texts', 'embeddings', 'callbacks'];

/** Rows of a resource of which one counts, by its key. */
const SUPERSEDED = [
  ['recognitions', 'recognition_id'],
  ['texts', 'text_id'],
  ['embeddings', 'embedding_id'],
] as const;

export type FactStatements = Record<Exclude<FactWrite['into'], 'nothing' | 'superseded'>, Statement> & {
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
    title: updates(knex, 'resources', ['title'], owner),
    untag: deletes(knex, 'metadata_tags', ['resource_id', 'org_id']),
    tag: inserts(knex, 'metadata_tags', ['resource_id', 'org_id', 'tag']),
    recognitions: keeps(knex, 'recognitions', ['recognition_id', ...OWNED, 'engine', 'pages'], 'recognition_id'),
    corrections: keeps(knex, 'corrections', ['correction_id', ...OWNED, 'by_kind', 'by_id', 'pages'], 'correction_id'),
    texts: keeps(knex, 'texts', ['text_id', ...OWNED, 'revision', 'recognition_id', 'correction_id', 'saved'], 'text_id'),
    embeddings: keeps(knex, 'embeddings', ['embedding_id', ...OWNED, 'text_id', 'model', 'vector'], 'embedding_id'),
    idempotency_keys: inserts(knex, 'idempotency_keys', ['key', ...OWNED, 'fingerprint']),
    cleanups: upserts(knex, 'cleanups', [...OWNED, 'round'], 'resource_id'),
    superseded: SUPERSEDED.map(([table, key]) => others(knex, table, key)),
    forget: FORGOTTEN.map((table) => deletes(knex, table, ['resource_id', 'org_id'])),
  };
}

/** The order of the tables. */
const TABLES = ['metadata', 'recognitions', 'corrections', 'texts', 'embeddings', 'idempotency_keys', 'cleanups'] as const;

/** A row as it is bound. `metadata`: of such a row, for its title and tags. */
export type FactRow = { into: FactWrite['into']; values: Values; metadata: Metadata | null };

export const factRow = (write: FactWrite): FactRow => ({
  into: write.into,
  values: factValues(write),
  metadata: write.into === 'metadata' ? write.row.metadata : null,
});

/** What writes them, in an order of tables that never varies. */
export function factScript(dialect: Dialect, statements: FactStatements, rows: FactRow[]): Bound[] {
  const script: Bound[] = [];
  for (const table of TABLES) {
    const of = rows.filter(({ into }) => into === table);
    const values = of.map((row) => row.values);
    script.push(...boundAll(dialect, statements[table], values));
    for (const { values: owner, metadata } of of)
      if (metadata) script.push(...metadataScript(dialect, statements, owner, metadata));
  }
  for (const { into, values } of rows)
    if (into === 'superseded') for (const statement of statements.superseded) script.push(bound(statement, values));
  // Last: it removes also what the same change brought.
  for (const { into, values } of rows) {
    if (into !== 'nothing') continue;
    for (const statement of statements.forget) script.push(bound(statement, values));
    script.push(bound(statements.title, { ...values, title: '' }));
  }
  return script;
}

/** What lists sort and filter by. */
function metadataScript(dialect: Dialect, statements: FactStatements, owner: Values, { title, tags }: Metadata): Bound[] {
  const tagged = [...new Set(tags)].map((tag) => ({ ...owner, tag }));
  return [
    bound(statements.title, { ...owner, title: title ?? '' }),
    bound(statements.untag, owner),
    ...boundAll(dialect, statements.tag, tagged),
  ];
}

function factValues(write: FactWrite): Values {
  switch (write.into) {
    case 'metadata': {
      const { metadata, ...row } = write.row;
      return { ...row, body: JSON.stringify(metadata) };
    }
    case 'recognitions':
      return { ...write.row, pages: JSON.stringify(write.row.pages) };
    case 'corrections': {
      const { by, pages, ...row } = write.row;
      return { ...row, by_kind: by.kind, by_id: by.id, pages: JSON.stringify(pages) };
    }
    case 'texts':
      return { ...write.row, saved: JSON.stringify(write.row.saved) };
    case 'embeddings':
      return { ...write.row, vector: vectorBytes(write.row.vector) };
    case 'cleanups':
      return { ...write.row, round: 0 };
    case 'superseded':
    case 'idempotency_keys':
    case 'nothing':
      return write.row;
  }
}
