/**
 * One engine in a process of its own, so that what it costs can be told from others: reads the pictures that its parent names, as the
 * service would. The child of engine-reader.ts; arguments: a value of TUODI_OCR_ENGINE, and pictures at once.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { readConfig } from '../app/config.ts';
import { recogniserOf } from '../app/open-recogniser.ts';
import { createSigner } from '../runtime/accounts/signer.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { backgroundOf } from '../services/steps/background.ts';
import type { Asked, Read } from './engine-reader.ts';
import { cpuMs, memoryMb } from './process-cost.ts';

const [engine = 'auto', workers = '1'] = process.argv.slice(2);
const NEVER = new AbortController().signal;
const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-reading-'));
const { config } = readConfig({ TUODI_DATA_DIR: folder, TUODI_OCR_ENGINE: engine, TUODI_OCR_WORKERS: workers });
const links = { public_url: () => 'http://localhost', signer: createSigner({ current: folder }) };
const world = { clock: systemClock(), log: pino({ level: 'silent' }) };
const recogniser = await recogniserOf(config, links, world);

async function read({ file }: Asked): Promise<Read> {
  const bytes = await readFile(file);
  const background = await backgroundOf(sharp(bytes));
  const grey = sharp(bytes).flatten({ background }).greyscale().png({ compressionLevel: 1 });
  const { data: png, info } = await grey.toBuffer({ resolveWithObject: true });
  const [cpu, began] = [cpuMs(), performance.now()];
  const page = await recogniser.recognise({ png, page: 1, width: info.width, height: info.height }, NEVER);
  const { text, words, engine: by = recogniser.engine } = page;
  const costs = {
    ms: performance.now() - began,
    cpu_ms: cpuMs() - cpu,
    memory_mb: memoryMb('VmRSS'),
    peak_mb: memoryMb('VmHWM'),
  };
  return { text, words: words.map(({ text: word, confidence }) => ({ text: word, confidence })), by, ...costs };
}

process.on('message', ({ id, file }: Asked & { id: number }) => {
  read({ file }).then(
    (answer) => process.send?.({ id, read: answer }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.once('disconnect', async () => {
  await recogniser.close();
  await rm(folder, { recursive: true, force: true });
  process.exit(0);
});
await recogniser.ready();
process.send?.({ ready: true });
