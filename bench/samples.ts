/** `npm run bench -- samples`: the pictures of samples/ read, and looked for by their own phrases among 2,000 other texts; as a table. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SEED, trial, trialTable } from '../test/samples/trial.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-samples-'));
try {
  const tried = await trial(folder);
  console.log(`Node ${process.version}, seed ${SEED}, ${new Date().toISOString().slice(0, 10)}\n\n${trialTable(tried)}`);
  for (const { file, missed } of tried) if (missed.length > 0) console.log(`\n${file} is not first for: ${missed.join(', ')}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
