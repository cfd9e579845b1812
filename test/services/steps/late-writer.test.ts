/** What runs write that nobody wants any more is taken back, or cleared away later. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Ports } from '../../../app/open-ports.ts';
import { openWorld } from '../../faults/world.ts';
import { deletedDuringWrite, expiredIsKept, restoredDuringWrite, writtenLater } from '../../worlds/late-writer.ts';

async function inFolder(work: (ports: Ports) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-late-writer-'));
  const ports = await openWorld(folder);
  try {
    await work(ports);
  } finally {
    await ports.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test('a write that ends after the purge is taken back by who wrote it, and no other follows', () => inFolder(deletedDuringWrite));
test('what is written after the purge by whomever is cleared away later, more than once, and not for ever', () =>
  inFolder(writtenLater));
test('after TRASH during inspection and RESTORE nothing is left of the first run but what the picture has', () =>
  inFolder(restoredDuringWrite));
test('what has expired and may be restored is left alone', () => inFolder(expiredIsKept));
