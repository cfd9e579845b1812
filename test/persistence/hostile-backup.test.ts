/** A backup of somebody else: its pictures are taken, and nothing in it is run. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { backupFolder } from '../../persistence/backup/backup.ts';
import { BadBackup, MANIFEST_FILE, Manifest } from '../../persistence/backup/manifest.ts';
import { restoreFolder } from '../../persistence/backup/restore.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { unknownObjects } from '../../persistence/sqlite/schema.ts';

const signal = new AbortController().signal;
let base = '';
let backup = '';
before(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'tuodi-hostile-'));
  backup = path.join(base, 'backup');
  const data_dir = path.join(base, 'data');
  await (await openSqliteFacts(data_dir)).close();
  await writeFile(path.join(data_dir, 'link-secret'), 's3cret'.repeat(8));
  await backupFolder({ data_dir, target: backup, copy: true, version: '0.0.0', wall: () => 0, signal });
});
after(() => rm(base, { recursive: true, force: true }));

let n = 0;
/** A copy with statements run on its facts, whose manifest fits: as somebody makes it who means no good. */
async function changed(...statements: string[]): Promise<string> {
  const dir = path.join(base, `changed-${n++}`);
  await cp(backup, dir, { recursive: true });
  const file = path.join(dir, 'facts.sqlite');
  const db = openDatabase(file);
  for (const statement of statements) db.exec(statement);
  db.close();
  const bytes = await readFile(file);
  const manifest = Manifest.parse(JSON.parse(await readFile(path.join(dir, MANIFEST_FILE), 'utf8')));
  const facts = { byte_size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  await writeFile(path.join(dir, MANIFEST_FILE), JSON.stringify({ ...manifest, facts }));
  return dir;
}
const restored = (from: string) =>
  restoreFolder({ backup: from, data_dir: path.join(base, `restored-${n++}`), copy: true, signal });

describe('a backup whose database brings', () => {
  const BRINGS: Record<string, string[]> = {
    'a trigger': ["CREATE TRIGGER evil AFTER INSERT ON api_keys BEGIN UPDATE api_keys SET role = 'admin'; END"],
    'a trigger of one of our names, that does something else': [
      'DROP TRIGGER resources_counted',
      'CREATE TRIGGER resources_counted AFTER INSERT ON resources BEGIN DELETE FROM journal; END',
    ],
    'a trigger of our name on another table': [
      'DROP TRIGGER resources_counted',
      'CREATE TRIGGER resources_counted AFTER INSERT ON journal BEGIN DELETE FROM outbox; END',
    ],
    'a view': ['CREATE VIEW shown AS SELECT secret_hash FROM api_keys'],
    'a view in place of a table': ['ALTER TABLE outbox RENAME TO outbox_2', 'CREATE VIEW outbox AS SELECT * FROM outbox_2'],
    'a table': ['CREATE TABLE more (a)'],
    'a virtual table': ['CREATE VIRTUAL TABLE more USING fts5(a)'],
    'a virtual table of one of our names': ['DROP TABLE callbacks', 'CREATE VIRTUAL TABLE callbacks USING fts5(a)'],
    'an index': ['CREATE INDEX more ON resources (upper(filename))'],
  };
  for (const [what, statements] of Object.entries(BRINGS))
    test(`${what} is refused, and nothing of it is put anywhere`, async () => {
      const data_dir = path.join(base, `target-${n++}`);
      const from = await changed(...statements);
      await assert.rejects(
        restoreFolder({ backup: from, data_dir, copy: true, signal }),
        (error: unknown) => error instanceof BadBackup && /no version of tuodi makes/.test(error.message),
      );
      await assert.rejects(readdir(data_dir), { code: 'ENOENT' });
    });

  test('other rows only is restored; so is one that an earlier version made', async () => {
    await restored(await changed("INSERT INTO organisations SELECT 'mine', 'mine', 0 WHERE 0"));
    const file = path.join(base, 'earlier.sqlite');
    await writeFile(file, gunzipSync(await readFile('test/fixtures/upgrade/facts.sqlite.gz')));
    assert.deepEqual(await unknownObjects(file), []);
  });
});

test('no connection trusts what a schema calls', async () => {
  const file = path.join(base, 'trust.sqlite');
  const db = openDatabase(file);
  assert.deepEqual({ ...db.prepare('PRAGMA trusted_schema').get() }, { trusted_schema: 0 });
  db.close();
  for (const readonly of [false, true]) {
    const knex = sqliteKnex(file, { readonly });
    assert.deepEqual(
      (await knex.raw('PRAGMA trusted_schema')).map((row: object) => ({ ...row })),
      [{ trusted_schema: 0 }],
    );
    await knex.destroy();
  }
});

test('what is a link in a backup is not followed', async () => {
  const dir = path.join(base, `linked-${n++}`);
  await cp(backup, dir, { recursive: true });
  const outside = path.join(base, 'outside');
  await writeFile(outside, 'of somebody else');
  await symlink(outside, path.join(dir, 'objects', 'link'));
  await rm(path.join(dir, 'link-secret'));
  await symlink(outside, path.join(dir, 'link-secret'));
  const data_dir = path.join(base, `restored-${n++}`);
  await assert.rejects(restoreFolder({ backup: dir, data_dir, copy: true, signal }), BadBackup);
  await assert.rejects(stat(path.join(data_dir, 'facts.sqlite')), { code: 'ENOENT' });
  await assert.rejects(stat(path.join(data_dir, 'link-secret')), { code: 'ENOENT' });
});
