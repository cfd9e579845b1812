/**
 * Writing entries: one transaction for a batch, each item looked at alone, and none believed until a search finds it.
 * The revisions decide: written again, an entry overwrites itself; a late one is refused.
 */
import { z } from 'zod';
import { contentHash } from '../../runtime/content-hash.ts';
import type { EntryContent, EntryHead, IndexEntry } from '../../runtime/ports/search-index.ts';
import type { Vectors as Made } from '../../runtime/ports/texts.ts';
import { ANALYSER_VERSION } from '../../text/analyse.ts';
import { indexedFields } from '../../text/document.ts';
import type { Sqlite } from '../sqlite/database.ts';
import type { Write, Written } from './calls.ts';
import type { Columns, Row } from './columns.ts';
import { faultOf } from './faults.ts';
import { COLUMNS } from './file.ts';
import { ofEntry, scopeOf } from './match.ts';
import type { Vectors } from './vectors.ts';
import { lookedUp, type Vocabulary } from './vocabulary.ts';

type Found = { id: number; revision: number; deleted: boolean } | null;
type Refused = Exclude<Written, { put: 'seen' }>;
/** What is to be said once the batch is committed, and what a search must find then (null: nothing, at no revision). */
type Done = { row: Row; revision: number | null; vectors: Made | null; words: string[] };

export type WriterParts = { db: Sqlite; columns: Columns; vectors: Vectors; vocabulary: Vocabulary };
export function writer({ db, columns, vectors, vocabulary }: WriterParts): (writes: Write[]) => Written[] {
  const statements = prepared(db);

  function found(org_id: string, resource_id: string): Found {
    const row = statements.found.get(resource_id, org_id);
    return row ? { id: Number(row.id), revision: Number(row.revision), deleted: row.deleted === 1 } : null;
  }
  function put(entry: IndexEntry): Done | { ahead: number } {
    const { org_id, resource_id, revision, saved, vectors: made } = entry;
    const before = found(org_id, resource_id);
    if (before && before.revision > revision) return { ahead: before.revision };
    const { batch_id, taken_at, created_at, tags } = saved;
    const said = [batch_id, taken_at, created_at, JSON.stringify(tags), contentHash(entry), ANALYSER_VERSION];
    const id = entered([org_id, resource_id, revision, 0, ...said]);
    forget(id);
    const fields = indexedFields(saved);
    statements.addWords.run(id, scopeOf(entry), ...COLUMNS.map(({ field, stream }) => fields[field][stream]));
    if (made) statements.addVectors.run(id, bytesOf(made), made.model, made.passages.length);
    const words = newWords(Object.values(fields), { vocabulary, statements });
    return { row: { id, org_id, resource_id, taken_at, created_at, tags }, revision, vectors: made, words };
  }
  function remove(org_id: string, resource_id: string, revision: number): Done {
    const before = found(org_id, resource_id);
    const is_done = before?.deleted && before.revision > revision; // removed again: the tombstone stays as it is
    const tombstone = is_done ? before.revision : Math.max(revision, before?.revision ?? 0) + 1;
    const id = entered([org_id, resource_id, tombstone, 1, null, null, 0, '[]', null, null]);
    forget(id);
    return {
      row: { id, org_id, resource_id, taken_at: null, created_at: 0, tags: [] },
      revision: null,
      vectors: null,
      words: [],
    };
  }
  const entered = (row: (string | number | null)[]): number => Number(statements.enter.get(...row)?.id);
  function forget(id: number): void {
    statements.dropWords.run(id);
    statements.dropVectors.run(id);
  }

  function one(write: Write): Done | Refused {
    const done = write.write === 'put' ? put(write.entry) : remove(write.org_id, write.resource_id, write.revision);
    return 'ahead' in done ? { put: 'ahead', found: done.ahead } : done;
  }
  function together(writes: Write[]): (Done | Refused)[] {
    db.exec('BEGIN IMMEDIATE');
    try {
      const items = writes.map(one);
      db.exec('COMMIT');
      return items;
    } catch (error) {
      rollback(db);
      vocabulary.forget();
      throw error;
    }
  }
  /** After any error each item has a transaction of its own, so that one bad item fails alone. (A savepoint for each took 12.6 ms a batch instead of 9.0.) */
  function committed(writes: Write[]): (Done | Refused)[] {
    try {
      return together(writes);
    } catch (error) {
      if (writes.length > 1) return writes.flatMap((write) => committed([write]));
      return [{ put: 'failed', ...faultOf(error) }];
    }
  }
  /** Asked as a search asks: by the words, not by the row. */
  function seen({ row: { id, org_id, resource_id }, revision }: Done): Written {
    const rows = statements.search.all(ofEntry(org_id, resource_id, revision)).map((row) => Number(row.id));
    const right = revision === null ? rows.length === 0 : rows.length === 1 && rows[0] === id;
    if (right) return { put: 'seen' };
    return { put: 'failed', message: `a search does not see the write of ${resource_id}`, code: null, unseen: true };
  }

  function remember({ row, revision, vectors: made, words }: Done): void {
    for (const word of words) vocabulary.add(word);
    if (revision === null) columns.delete(row.id);
    else columns.set(row);
    if (made) vectors.set(row.org_id, row.id, made);
    else vectors.delete(row.id);
  }

  return (writes) => {
    vocabulary.writes += 1;
    return committed(writes).map((item) => {
      if ('put' in item) return item;
      remember(item);
      return seen(item);
    });
  };
}

type Known = { vocabulary: Vocabulary; statements: ReturnType<typeof prepared> };
/** Those that the file did not have, and has now. */
function newWords(fields: { plain: string; grams: string }[], { vocabulary, statements }: Known): string[] {
  const asked = [...lookedUp(fields)].filter((word) => !vocabulary.knows(word));
  vocabulary.remember(asked);
  return asked.filter((word) => statements.addWord.get(word) !== undefined);
}

function rollback(db: Sqlite): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // a full disk, say, has rolled it back already; the error that led here is the one to tell
  }
}

/** FTS5 writes rows of its own with ids past 2^53, and the driver returns the last one for every write: as a bigint, or it throws. */
function writing(db: Sqlite, sql: string) {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  return statement;
}

function prepared(db: Sqlite) {
  const columns = COLUMNS.map(({ name }) => name);
  return {
    found: db.prepare('SELECT id, revision, deleted FROM entries WHERE resource_id = ? AND org_id = ?'),
    enter: db.prepare(
      `INSERT INTO entries (org_id, resource_id, revision, deleted, batch_id, taken_at, created_at, tags, content, analyser)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (resource_id, org_id) DO UPDATE SET revision = excluded.revision, deleted = excluded.deleted,
       batch_id = excluded.batch_id, taken_at = excluded.taken_at, created_at = excluded.created_at, tags = excluded.tags,
       content = excluded.content, analyser = excluded.analyser RETURNING id`,
    ),
    dropWords: writing(db, 'DELETE FROM words WHERE rowid = ?'),
    addWords: writing(db, `INSERT INTO words (rowid, scope, ${columns.join(', ')}) VALUES (?, ?${', ?'.repeat(columns.length)})`),
    addWord: db.prepare('INSERT OR IGNORE INTO vocabulary (word) VALUES (?) RETURNING word'),
    dropVectors: writing(db, 'DELETE FROM vectors WHERE id = ?'),
    addVectors: writing(db, 'INSERT INTO vectors (id, vector, model, passages) VALUES (?, ?, ?, ?)'),
    search: db.prepare(
      'SELECT words.rowid AS id FROM words JOIN entries ON entries.id = words.rowid WHERE words MATCH ? AND deleted = 0 LIMIT 2',
    ),
  };
}

/** What the file holds, as the thread starts. */
export function loadColumns(db: Sqlite, columns: Columns): void {
  const rows = db.prepare('SELECT id, org_id, resource_id, taken_at, created_at, tags FROM entries WHERE deleted = 0').iterate();
  for (const { id, org_id, resource_id, taken_at, created_at, tags } of rows) {
    columns.set({
      id: Number(id),
      org_id: String(org_id),
      resource_id: String(resource_id),
      taken_at: taken_at === null ? null : Number(taken_at),
      created_at: Number(created_at),
      tags: Tags.parse(JSON.parse(String(tags))),
    });
  }
}
const Tags = z.array(z.string());

/** Those of its model alone: others are compared with nothing. */
export function loadVectors(db: Sqlite, vectors: Vectors): void {
  if (vectors.model === null) return;
  const { model } = vectors;
  const made = db.prepare(
    'SELECT vectors.id, org_id, vector, passages FROM vectors JOIN entries USING (id) WHERE deleted = 0 AND model = ?',
  );
  for (const { id, org_id, vector, passages } of made.iterate(model)) {
    if (!(vector instanceof Uint8Array)) continue;
    const numbers = new Float32Array(vector.slice().buffer);
    const dimension = numbers.length / Number(passages);
    const each = Array.from({ length: Number(passages) }, (_, n) => numbers.subarray(n * dimension, (n + 1) * dimension));
    vectors.set(String(org_id), Number(id), { model, passages: each });
  }
}
/** One after the other. */
function bytesOf({ passages }: Made): Uint8Array {
  const numbers = new Float32Array(passages.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const passage of passages) {
    numbers.set(passage, at);
    at += passage.length;
  }
  return new Uint8Array(numbers.buffer);
}

const HEAD = `SELECT org_id, resource_id, revision, deleted, EXISTS (SELECT 1 FROM vectors WHERE vectors.id = entries.id) AS has_vector FROM entries`;
export function heads(db: Sqlite, org_id: string, ids: string[]): EntryHead[] {
  const asked = db.prepare(`${HEAD} WHERE resource_id IN (SELECT value FROM json_each(?)) AND org_id = ? ORDER BY resource_id`);
  return asked.all(JSON.stringify(ids), org_id).map(headOf);
}
export function contents(db: Sqlite, org_id: string, ids: string[]): EntryContent[] {
  const asked = 'SELECT resource_id, content FROM entries WHERE resource_id IN (SELECT value FROM json_each(?)) AND org_id = ?';
  const rows = db.prepare(asked).all(JSON.stringify(ids), org_id);
  const by_id = new Map(rows.map(({ resource_id, content }) => [resource_id, content === null ? null : String(content)]));
  return heads(db, org_id, ids).map((head) => ({ ...head, content: by_id.get(head.resource_id) ?? null }));
}
/** The words and the vector of a removed one are gone already. */
export function forget(db: Sqlite, org_id: string, ids: string[]): void {
  const removed = 'DELETE FROM entries WHERE deleted = 1 AND org_id = ? AND resource_id IN (SELECT value FROM json_each(?))';
  writing(db, removed).run(org_id, JSON.stringify(ids));
}
export function scan(db: Sqlite, after: string | null, limit: number): EntryHead[] {
  return db
    .prepare(`${HEAD} WHERE resource_id > ? ORDER BY resource_id LIMIT ?`)
    .all(after ?? '', limit)
    .map(headOf);
}
const headOf = ({ org_id, resource_id, revision, deleted, has_vector }: Record<string, unknown>): EntryHead => ({
  resource_id: String(resource_id),
  org_id: String(org_id),
  revision: Number(revision),
  deleted: deleted === 1,
  has_vector: has_vector === 1,
});
