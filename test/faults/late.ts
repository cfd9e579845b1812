/** A result that comes after an edit has made it out of date. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ServiceOptions } from '../../app/create-service.ts';
import type { Ports } from '../../app/open-ports.ts';
import { wordOf } from '../worlds/numbered.ts';
import { assertWhole, BY, openWorld, restIn, SCOPE, say, search, serviceOf, takeIn, world } from './world.ts';

const BEFORE = 1;
const AFTER = 999;

/** The title is changed while it is saved: the result is of the old one, and what is found in the end is the new one. */
export async function lateSave(options: Partial<ServiceOptions> = {}): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-late-'));
  const plain = await openWorld(folder);
  let edit = async () => {};
  let saves = 0;
  /** The save has read the old title by then. */
  const recognition: Ports['facts']['texts']['recognition'] = async (...asked) => {
    if (saves++ === 0) await edit();
    return plain.facts.texts.recognition(...asked);
  };
  const facts = { ...plain.facts, texts: { ...plain.facts.texts, recognition } };
  const service = serviceOf({ ...plain, facts }, options);
  try {
    const resource_id = await takeIn(service.engine, plain, BEFORE);
    edit = async () => {
      await service.engine.send(
        { scope: SCOPE, resource_id },
        ({ metadata }) => ({
          event: { type: 'METADATA_SUBMITTED', complete: true },
          writes: [
            {
              into: 'metadata',
              row: { ...SCOPE, resource_id, at: world.clock.now(), metadata: { ...metadata, title: wordOf(AFTER) } },
            },
          ],
        }),
        BY,
      );
    };
    await say(service.engine, resource_id, 'UPLOAD_REPORTED');
    await service.start();
    await assertWhole(plain, await restIn(plain, [resource_id], ['INDEXED']));
    assert.equal(saves, 2, 'saved once before the edit and once after it');
    assert.deepEqual(await search(plain, wordOf(AFTER)), [resource_id], 'found by its new title');
  } finally {
    await service.stop();
    await plain.close();
    await rm(folder, { recursive: true, force: true });
  }
}
