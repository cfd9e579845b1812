/** Migration 0028: which engine read a picture, and what it lacks, are known of rows that were there before. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Metadata, NO_METADATA } from '../../contract/metadata.ts';
import { lackingBits } from '../../persistence/sql/lacking.ts';
import { MIGRATIONS } from '../../persistence/sql/migrate.ts';
import { sqliteKnex } from '../../persistence/sqlite/driver.ts';
import { engineName } from '../../services/steps/ocr.ts';

const ENGINES = [
  'tesseract.js/7 eng+chi_sim',
  'tesseract.js/7 eng + text of the file',
  'text of the file',
  'remote ocr:80',
  '',
  null,
];
const METADATA: (Partial<Metadata> | null)[] = [
  { title: 't' },
  { description: '', tags: ['t'] },
  { extra: { tags: [] }, title: 'with "tags":[] in it', languages: ['en'] },
  { taken_at: '2026-01-01', description: 'd', tags: ['a', 'b'], languages: ['zh'], title: 't', extra: { k: 1 } },
  null,
  {},
];

test('rows from before are grouped and filtered as if they were written now', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'tuodi-inbox-'));
  const knex = sqliteKnex(join(dir, 'facts.sqlite'));
  t.after(async () => {
    await knex.destroy();
    await rm(dir, { recursive: true });
  });
  const at = MIGRATIONS.findIndex(({ name }) => name === '0028_inbox');
  for (const { up } of MIGRATIONS.slice(0, at)) await up(knex);
  const columns = {
    org_id: 'o',
    user_id: 'u',
    status: 'INDEXED',
    phase: 'ready',
    seq: 1,
    revision: 1,
    filename: 'f',
    content_type: 'c',
  };
  const flags = {
    has_vector: 0,
    viewable: 1,
    searchable: 1,
    rests: 1,
    described: 1,
    allowed_events: '[]',
    created_at: 1,
    updated_at: 1,
  };
  for (const [n, engine] of ENGINES.entries()) {
    const owner = { resource_id: `r${n}`, org_id: 'o' };
    const recognition_id = engine === null ? null : `q${n}`;
    await knex('resources').insert({ ...columns, ...flags, ...owner, recognition_id });
    if (engine !== null) await knex('recognitions').insert({ ...owner, recognition_id, at: 1, engine, pages: '[]' });
    const stored = METADATA[n];
    if (stored) await knex('metadata').insert({ ...owner, at: 1, body: JSON.stringify({ ...NO_METADATA, ...stored }) });
  }
  await MIGRATIONS[at]?.up(knex);
  const rows: unknown[] = await knex('resources').orderBy('resource_id').select('engine', 'lacks');
  assert.deepEqual(
    rows.map((row) => ({ ...(row as object) })),
    ENGINES.map((engine, n) => ({
      engine: engine === null ? null : engineName(engine),
      lacks: lackingBits({ ...NO_METADATA, ...METADATA[n] }),
    })),
  );
});
