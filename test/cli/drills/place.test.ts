/** Where a drill with an engine of its own may be held: where no picture of others would be given to it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../../app/config.ts';
import { checkNobodyReads } from '../../../cli/drills/place.ts';
import { openSqliteFacts } from '../../../persistence/sqlite/facts.ts';
import { change, commit } from '../../ports/facts-rows.ts';

for (const step of ['inspect', 'ocr'] as const)
  test(`not where the service would try ${step} again`, async (t) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-place-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const place = { config: readConfig({ TUODI_DATA_DIR: folder }).config };
    const has = async (id: string, retry_step: 'inspect' | 'ocr' | 'index') => {
      const facts = await openSqliteFacts(folder);
      const resource = { status: 'INDEX_FAILED', phase: 'failed', retry_step } as const;
      await commit(facts, change(id, { resource })).finally(() => facts.close());
    };
    await has('a', 'index');
    await checkNobodyReads(place);
    await has('b', step);
    await assert.rejects(checkNobodyReads(place), /failed at recognition or before/);
  });
