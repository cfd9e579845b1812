/** The rows that changes bring with them. */
import type { Knex } from 'knex';
import type { FactWrite } from '../../runtime/ports-facts.ts';
import type { Dialect } from './database.ts';
import { vectorBytes } from './row.ts';
import { deletes, inserts, keeps, run, type Statement, updates, upserts, type Values } from './statements.ts';

const OWNED = ['resource_id', 'org_id', 'at'];
/** What a resource's last step removes. Its row, journal, outbox and idempotency key stay. */
const FORGOTTEN = ['metadata', 'metadata_tags', 'recognitions', 'corrections', 'texts', 'embeddings', 'callbacks'];

export type FactStatements = Record<Exclude<FactWrite['into'], 'nothing'>, Statement> & {
  title: Statement;
  untag: Statement;
  tag: Statement;
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
    forget: FORGOTTEN.map((table) => deletes(knex, table, ['resource_id', 'org_id'])),
  };
}

/** The order of the tables. `nothing` is last: it removes also what the same change brought. */
const ORDER: Record<FactWrite['into'], number> = {
  metadata: 0,
  recognitions: 1,
  corrections: 2,
  texts: 3,
  embeddings: 4,
  idempotency_keys: 5,
  nothing: 6,
};

export async function writeFacts(trx: Knex, dialect: Dialect, statements: FactStatements, writes: FactWrite[]): Promise<void> {
  const ordered = writes.toSorted((a, b) => ORDER[a.into] - ORDER[b.into]);
  for (const write of ordered) {
    const { resource_id, org_id } = write.row;
    if (write.into === 'nothing') {
      for (const statement of statements.forget) await run(trx, dialect, statement, { resource_id, org_id });
      await run(trx, dialect, statements.title, { title: '', resource_id, org_id });
      continue;
    }
    await run(trx, dialect, statements[write.into], factValues(write));
    if (write.into !== 'metadata') continue;
    const { title, tags } = write.row.metadata;
    await run(trx, dialect, statements.title, { title: title ?? '', resource_id, org_id });
    await run(trx, dialect, statements.untag, { resource_id, org_id });
    for (const tag of new Set(tags)) await run(trx, dialect, statements.tag, { resource_id, org_id, tag });
  }
}

function factValues(write: Exclude<FactWrite, { into: 'nothing' }>): Values {
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
    case 'idempotency_keys':
      return write.row;
  }
}
