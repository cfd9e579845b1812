/** What `doctor` says of an index in a data folder: it is read only, beside a service that uses it. */
import { openDatabase, type Sqlite } from '../sqlite/database.ts';
import { isIndexFile, isOutdated, knowsMakers } from './file.ts';

/** `outdated`: entries are of another analyser than ours. */
export type IndexFile = { entries: number; outdated: boolean };

/** Throws when the file is broken, or no index of ours. */
export function inspectIndexFile(path: string): IndexFile {
  const db: Sqlite = openDatabase(path);
  try {
    db.exec('PRAGMA query_only = ON');
    if (!isIndexFile(db)) throw new Error(`${path} is no search index of tuodi`);
    const entries = Number(db.prepare('SELECT count(*) AS n FROM entries WHERE deleted = 0').get()?.n ?? 0);
    return { entries, outdated: entries > 0 && (!knowsMakers(db) || isOutdated(db)) };
  } finally {
    db.close();
  }
}
