import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { auditIndex } from '../../services/audit-index.ts';
import { BY, openWorld, restIn, SCOPE, say, serviceOf, takeIn } from '../faults/world.ts';

test('an index that was wiped is filled again from the facts; one that is whole is left alone', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-audit-'));
  const never = new AbortController().signal;
  try {
    const before = await openWorld(folder);
    const first = serviceOf(before);
    const ids = [await takeIn(first.engine, before, 1), await takeIn(first.engine, before, 2)];
    for (const id of ids) await say(first.engine, id, 'UPLOAD_REPORTED');
    await first.start();
    await restIn(before, ids, ['INDEXED']);
    assert.equal(await auditIndex({ ...before, engine: first.engine }, SCOPE, BY, never), 0);
    await first.stop();
    await before.close();
    for (const end of ['', '-wal', '-shm']) await rm(path.join(folder, `search.sqlite${end}`), { force: true });
    const after = await openWorld(folder);
    const second = serviceOf(after);
    await second.start();
    assert.equal(await auditIndex({ ...after, engine: second.engine }, SCOPE, BY, never), 2);
    const rows = await restIn(after, ids, ['INDEXED']);
    for (const { resource_id } of rows) assert.equal((await after.index.heads(SCOPE, [resource_id]))[0]?.deleted, false);
    assert.equal(await auditIndex({ ...after, engine: second.engine }, SCOPE, BY, never), 0);
    await second.stop();
    await after.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
