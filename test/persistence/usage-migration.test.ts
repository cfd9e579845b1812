/** A database of an earlier version is counted once, as commits count from then on. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { migrateSqliteFacts, openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import { NO_USAGE, plus, usageOf } from '../../runtime/accounts/usage.ts';

const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/upgrade/facts.sqlite.gz', import.meta.url));

test('what was there before is counted by status, of each organisation apart', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tuodi-usage-'));
  const file = path.join(dir, 'facts.sqlite');
  await writeFile(file, gunzipSync(await readFile(FIXTURE)));
  const before = sqliteKnex(file);
  const [row] = await before('resources').limit(1);
  const of = (n: number, parts: object) => ({ ...row, resource_id: `made-${n}`, org_id: 'other', sha256: null, ...parts });
  await before('resources').insert(of(1, { status: 'AWAITING_UPLOAD', byte_size: 11, uploaded_at: null }));
  await before('resources').insert(of(2, { status: 'EXPIRED', byte_size: 13, uploaded_at: null }));
  await before('resources').insert(of(3, { status: 'EXPIRED', byte_size: 17, uploaded_at: 1 }));
  await before('resources').insert(of(4, { status: 'DELETED', byte_size: null, uploaded_at: null }));
  await before('resources').insert(of(5, { status: 'TRASHED', byte_size: 19, uploaded_at: 1 }));
  await before.destroy();
  await migrateSqliteFacts(dir, false);
  const facts = await openSqliteFacts(dir);
  try {
    assert.deepEqual(await facts.usage.get({ org_id: 'other' }), { pictures: 3, bytes: 47, awaited: 1, announced: 11 });
    for (const org_id of ['default', 'other']) {
      const rows = await facts.resources.list({ org_id }, {}, { sort: '-created_at', after: null, limit: 200 });
      assert.ok(rows.length > 0);
      assert.deepEqual(await facts.usage.get({ org_id }), rows.map(usageOf).reduce(plus, NO_USAGE));
    }
  } finally {
    await facts.close();
    await rm(dir, { recursive: true });
  }
});
