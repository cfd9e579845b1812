/** The facts of one moment, taken from a database that a service goes on writing to; and what they name. */
import { open } from 'node:fs/promises';
import { isRow, numberOrNull, type Row, text, textOrNull } from '../sql/row.ts';
import { makePrivate, openDatabase, type Sqlite } from '../sqlite/database.ts';

/** Rows looked at together. */
const PAGE = 500;
/** For another process' short locks, such as when the write-ahead log is folded in. */
const BUSY_TIMEOUT_MS = 10_000;

/** Revokes the keys for commands on this machine: they are another folder's, and a service that starts makes its own. */
const LOCAL = `local-${'[0-9a-f]'.repeat(16)}`;
const REVOKE_LOCAL = `UPDATE api_keys SET revoked_at = ? WHERE name GLOB '${LOCAL}' AND revoked_at IS NULL`;

/** Browsers sign in anew: one that has signed out since must not be signed in by a restore. */
const END_SESSIONS = [
  'UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL',
  'UPDATE login_tokens SET used_at = ? WHERE used_at IS NULL',
];

/** The bytes of a picture that is shown, or that a person may have back. */
export type Named = { resource_id: string; key: string; byte_size: number | null; sha256: string | null };

/**
 * Writes the facts as they are now to `to`, which must not be there: one read transaction, which keeps no writer waiting. Durable when
 * it resolves.
 */
export async function snapshot(from: string, to: string, wall: number): Promise<void> {
  makePrivate(to); // SQLite fills an empty file as it fills none
  const live = openDatabase(from);
  try {
    live.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    live.prepare('VACUUM INTO ?').run(to);
  } finally {
    live.close();
  }
  const copy = openDatabase(to);
  try {
    copy.prepare(REVOKE_LOCAL).run(wall);
    for (const end of END_SESSIONS) copy.prepare(end).run(wall);
  } finally {
    copy.close();
  }
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** SQLite's own check of a whole file. Throws when it is no database. */
export function isSound(file: string): boolean {
  return withDatabase(file, (db) => firstOf(db.prepare('PRAGMA quick_check(1)').all(), 'quick_check') === 'ok');
}

export function countPictures(file: string): number {
  return withDatabase(file, (db) => Number(firstOf(db.prepare(`SELECT count(*) AS n FROM resources WHERE ${KEPT}`).all(), 'n')));
}

const KEPT = `original_key IS NOT NULL AND
  (viewable = 1 OR status = 'TRASHED' OR (status = 'EXPIRED' AND allowed_events LIKE '%RESTORE%'))`;
const NAMED = `SELECT resource_id, original_key, byte_size, sha256 FROM resources
  WHERE ${KEPT} AND resource_id > ? ORDER BY resource_id LIMIT ${PAGE}`;

/** By resource_id, a page at a time. */
export function* namedIn(file: string): Generator<Named> {
  const db = openDatabase(file);
  try {
    const page = db.prepare(NAMED);
    for (let after = ''; ; ) {
      const rows: unknown[] = page.all(after);
      for (const row of rows) if (isRow(row)) yield namedOf(row);
      const last = rows.at(-1);
      if (!isRow(last)) return;
      after = text(last, 'resource_id');
    }
  } finally {
    db.close();
  }
}

const namedOf = (row: Row): Named => ({
  resource_id: text(row, 'resource_id'),
  key: text(row, 'original_key'),
  byte_size: numberOrNull(row, 'byte_size'),
  sha256: textOrNull(row, 'sha256'),
});

function withDatabase<Value>(file: string, look: (db: Sqlite) => Value): Value {
  const db = openDatabase(file);
  try {
    return look(db);
  } finally {
    db.close();
  }
}
const firstOf = ([row]: unknown[], column: string): unknown => (isRow(row) ? row[column] : null);
