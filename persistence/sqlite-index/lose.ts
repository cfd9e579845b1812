/** Loses entries of an index file, as a drill does: no tombstone stays, as if the file had never had them. No process may have it open. */
import { openFile } from './file.ts';

/** Returns how many there were. Throws when the file is no index of ours. */
export function loseFromFile(path: string, org_id: string, ids: string[]): number {
  const { db } = openFile(path);
  try {
    const rows = 'SELECT id FROM entries WHERE org_id = ? AND resource_id IN (SELECT value FROM json_each(?))';
    const found = db
      .prepare(rows)
      .all(org_id, JSON.stringify(ids))
      .map(({ id }) => Number(id));
    db.exec('BEGIN IMMEDIATE');
    for (const table of ['words WHERE rowid', 'vectors WHERE id', 'entries WHERE id'])
      for (const id of found) db.prepare(`DELETE FROM ${table} = ?`).run(id);
    db.exec('COMMIT');
    return found.length;
  } finally {
    db.close();
  }
}
