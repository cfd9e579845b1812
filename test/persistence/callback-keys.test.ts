/** Migration 0006: what was kept of callbacks stays, under its new key. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MIGRATIONS } from '../../persistence/sql/migrate.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';

test('callbacks that were kept before are there after the migration, and one message may go to several tasks', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'tuodi-callbacks-'));
  const knex = sqliteKnex(join(dir, 'facts.sqlite'));
  t.after(async () => {
    await knex.destroy();
    await rm(dir, { recursive: true });
  });
  const at = MIGRATIONS.findIndex(({ name }) => name === '0006_callback_keys');
  const names = { org_id: 'org', resource_id: 'a', task_id: 't', kind: 'ocr', reads: '["k"]' };
  const row = { ...names, webhook_id: 'w', received_at: 7, body: '{"a": "文"}' };
  for (const { up } of MIGRATIONS.slice(0, at)) await up(knex);
  await knex('callbacks').insert(row);
  await MIGRATIONS[at]?.up(knex);
  assert.deepEqual(JSON.parse(JSON.stringify(await knex('callbacks').select('*'))), [row]);
  await knex('callbacks').insert({ ...row, task_id: 't2' });
  await assert.rejects(knex('callbacks').insert(row), /UNIQUE/);
  const plan = JSON.stringify(
    await knex.raw('EXPLAIN QUERY PLAN SELECT * FROM callbacks WHERE resource_id = ? AND kind = ?', ['a', 'ocr']),
  );
  assert.match(plan, /SEARCH/);
});
