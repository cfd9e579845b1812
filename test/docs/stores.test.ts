/** docs/stores.md: the records that it shows have the fields of those that a picture leaves, and its tables name what the code writes. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { SAMPLES } from '../../cli/project.ts';
import { openDatabase } from '../../persistence/sqlite/database.ts';
import { shapeOf } from '../worlds/shape.ts';
import { tuodi } from '../worlds/tuodi.ts';

test('the rows of a picture that was taken in have the fields and kinds of those shown', async () => {
  const page = await readFile('docs/stores.md', 'utf8');
  const shown = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']): unknown => JSON.parse(json));
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-stores-'));
  try {
    const { code } = await tuodi(['--data-dir', folder, 'ingest', path.join(SAMPLES, 'english-report.jpg')]);
    assert.equal(code, 0);
    const db = openDatabase(path.join(folder, 'facts.sqlite'));
    const [resource] = db.prepare('SELECT * FROM resources').all();
    const [instance] = db.prepare('SELECT * FROM instances').all();
    db.close();
    assert.ok(resource && instance);
    const body: unknown = JSON.parse(String(instance.body));
    assert.deepEqual([resource, instance, body].map(shapeOf), shown.slice(0, 3).map(shapeOf));
  } finally {
    await rm(folder, { recursive: true });
  }
});
