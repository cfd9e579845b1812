/** Ways to break what is stored of a picture behind the service's back; and what explain must say of each. */
import assert from 'node:assert/strict';
import { rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Explained } from '../../../contract/explain.ts';
import { openDatabase } from '../../../persistence/sqlite/database.ts';
import type { WholeWorld } from '../../worlds/whole-world.ts';

/** Another connection to the file, as somebody with a shell would have it. */
export function sql(
  w: Pick<WholeWorld, 'folder'>,
  file: 'facts' | 'search',
  statement: string,
  ...binds: (string | number)[]
): void {
  const db = openDatabase(path.join(w.folder, `${file}.sqlite`));
  try {
    db.exec('PRAGMA busy_timeout = 5000');
    assert.ok(Number(db.prepare(statement).run(...binds).changes) > 0, statement);
  } finally {
    db.close();
  }
}
const inEntries = 'SELECT id FROM entries WHERE resource_id = ?';
/** Where the bytes of a picture are. */
export const fileOf = async (w: WholeWorld, id: string) =>
  path.join(w.folder, 'objects', ...((await w.row(id))?.original_key ?? '').split('/'));
/** The entry stays, and no search finds it. */
export const forgetWords = (w: WholeWorld, id: string): void =>
  sql(w, 'search', `DELETE FROM words WHERE rowid IN (${inEntries})`, id);

/** broken: the facts that are not ok, the cause first. found, next: what is said of the cause. */
type Break = {
  what: string;
  break: (w: WholeWorld, id: string) => Promise<void> | void;
  broken: Explained[];
  found: RegExp;
  next: RegExp;
};
export const BREAKS: Break[] = [
  {
    what: 'a row whose status somebody has written',
    break: (w, id) => sql(w, 'facts', "UPDATE resources SET status = 'TRASHED' WHERE resource_id = ?", id),
    broken: ['row'],
    found: /TRASHED/,
    next: /edit/,
  },
  {
    what: 'a row that hides what should be found',
    break: (w, id) => sql(w, 'facts', 'UPDATE resources SET searchable = 0 WHERE resource_id = ?', id),
    broken: ['row', 'search'],
    found: /searchable false/,
    next: /edit/,
  },
  {
    what: 'a lifecycle that is gone',
    break: (w, id) => sql(w, 'facts', 'DELETE FROM instances WHERE instance_id = ?', id),
    broken: ['row'],
    found: /lifecycle is gone/,
    next: /backup/,
  },
  {
    what: 'bytes that are gone',
    break: async (w, id) => rm(await fileOf(w, id)),
    broken: ['bytes'],
    found: /nothing there/,
    next: /put the bytes back/,
  },
  {
    what: 'bytes that were cut',
    break: async (w, id) => truncate(await fileOf(w, id), 10),
    broken: ['bytes'],
    found: /^10 bytes/,
    next: /put the bytes back/,
  },
  {
    what: 'other bytes of the same length',
    break: async (w, id) => writeFile(await fileOf(w, id), 'x'.repeat((await w.row(id))?.byte_size ?? 0)),
    broken: ['bytes'],
    found: /another SHA-256/,
    next: /put the bytes back/,
  },
  {
    what: 'a saved text that is gone',
    break: (w, id) => sql(w, 'facts', 'DELETE FROM texts WHERE resource_id = ?', id),
    broken: ['text'],
    found: /the saved text/,
    next: /from `ocr`/,
  },
  {
    what: 'a recognition that is gone',
    break: (w, id) => sql(w, 'facts', 'DELETE FROM recognitions WHERE resource_id = ?', id),
    broken: ['text'],
    found: /what was read/,
    next: /from `ocr`/,
  },
  {
    what: 'a vector that is gone',
    break: (w, id) => sql(w, 'facts', 'DELETE FROM embeddings WHERE resource_id = ?', id),
    broken: ['vector'],
    found: /row is missing/,
    next: /from `embed`/,
  },
  {
    what: 'a vector of another model',
    break: (w, id) => sql(w, 'facts', "UPDATE embeddings SET model = 'older' WHERE resource_id = ?", id),
    broken: ['vector'],
    found: /^older/,
    next: /from `embed`/,
  },
  {
    what: 'an entry that is gone',
    break: (w, id) => {
      forgetWords(w, id);
      sql(w, 'search', 'DELETE FROM entries WHERE resource_id = ?', id);
    },
    broken: ['index_entry', 'search'],
    found: /^none$/,
    next: /from `index`/,
  },
  {
    what: 'an entry of a revision that is not ours',
    break: (w, id) => sql(w, 'search', 'UPDATE entries SET revision = 99 WHERE resource_id = ?', id),
    broken: ['index_entry'],
    found: /revision 99/,
    next: /from `index`/,
  },
  {
    what: 'an entry without its vector',
    break: (w, id) => sql(w, 'search', `DELETE FROM vectors WHERE id IN (${inEntries})`, id),
    broken: ['index_entry'],
    found: /its text alone/,
    next: /from `index`/,
  },
  {
    what: 'words that no search finds, though the entry is there',
    break: forgetWords,
    broken: ['search'],
    found: /^not found for “/,
    next: /from `index`/,
  },
];
