/** What runs write that nobody wants any more, in a bucket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../app/config.ts';
import { openPorts, type Ports } from '../../app/open-ports.ts';
import { world } from '../faults/world.ts';
import { deletedDuringWrite, expiredIsKept, restoredDuringWrite, writtenLater } from '../worlds/late-writer.ts';
import { numberReader } from '../worlds/numbered.ts';
import { freshBucket } from './places.ts';

async function inBucket(work: (ports: Ports) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-late-writer-'));
  const { config } = readConfig({ TUODI_DATA_DIR: folder, ...(await freshBucket()) });
  const ports = { ...(await openPorts(config, () => 'http://localhost', world)), recogniser: numberReader() };
  try {
    await work(ports);
  } finally {
    await ports.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('a write that ends after the purge is taken back by who wrote it, and no other follows', () => inBucket(deletedDuringWrite));
test('what is written after the purge by whomever is cleared away later, more than once, and not for ever', () =>
  inBucket(writtenLater));
test('after TRASH during inspection and RESTORE nothing is left of the first run but what the picture has', () =>
  inBucket(restoredDuringWrite));
test('what has expired and may be restored is left alone', () => inBucket(expiredIsKept));
