/** Facts of one test, in a folder that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { openSqliteFacts } from '../../persistence/sqlite/facts.ts';
import type { Facts } from '../../runtime/ports/facts.ts';

export async function ownFacts(t: TestContext): Promise<Facts> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-facts-'));
  const facts = await openSqliteFacts(folder);
  t.after(async () => {
    await facts.close();
    await rm(folder, { recursive: true, force: true });
  });
  return facts;
}
