/**
 * `npm run bench -- reading [pictures]`: what reading many pictures in a row does to memory, how soon the first one is read after a start,
 * and how many pages a second so many workers read, by engine.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { HARD_KINDS } from '../test/worlds/hard-pictures.ts';
import { KINDS, picturesOf } from '../test/worlds/ocr-pictures.ts';
import { type Reader, startReader } from './engine-reader.ts';

const PICTURES = Number(process.argv[2] ?? 200);
/** Pages read for the figure of one number of workers. */
const PAGES = 24;
const WORKERS = [1, 2];
const POINTS = 20;
const BAR_MB = 25;

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const kind of [...KINDS, ...HARD_KINDS])
    for (const picture of (await picturesOf(kind)).slice(0, 4)) {
      const file = path.join(folder, `${files.length}.png`);
      await writeFile(file, picture.bytes);
      files.push(file);
    }
  return files;
}
const nth = (files: readonly string[], n: number): string => files[n % files.length] ?? '';

/** Each row: the most resident memory of some pictures in a row, of the service's process and what it started. */
async function memory(files: readonly string[]): Promise<void> {
  const began = performance.now();
  const reader = await startReader('auto');
  await reader.read(nth(files, 0));
  console.log(`the first picture is read ${(performance.now() - began).toFixed(0)} ms after the start of the process\n`);
  console.log(`| after so many of ${PICTURES} pictures | MB | |\n|---|---:|---|`);
  for (let done = 0, most = 0; done < PICTURES; ) {
    const { memory_mb } = await reader.read(nth(files, done));
    done += 1;
    most = Math.max(most, memory_mb);
    if (done % Math.ceil(PICTURES / POINTS) !== 0) continue;
    console.log(`| ${done} | ${most.toFixed(0)} | ${'#'.repeat(Math.round(most / BAR_MB))} |`);
    most = 0;
  }
  await reader.end();
}

/** One page again and again, so that engines and numbers of workers are of the same work. */
async function pagesASecond(engine: string, workers: number, file: string): Promise<string> {
  const reader: Reader = await startReader(engine, workers);
  await Promise.all(Array.from({ length: workers }, () => reader.read(file)));
  const pages = Array.from({ length: PAGES }, (_, n) => n).values();
  const began = performance.now();
  const lane = async () => {
    for (const _ of pages) await reader.read(file);
  };
  await Promise.all(Array.from({ length: workers }, lane));
  const seconds = (performance.now() - began) / 1_000;
  const { peak_mb } = await reader.read(file);
  await reader.end();
  return `${(PAGES / seconds).toFixed(2)} | ${peak_mb.toFixed(0)}`;
}

const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-bench-reading-'));
try {
  console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}\n`);
  await memory(await filesOf(folder));
  const [receipt] = await picturesOf(HARD_KINDS[0] ?? { name: '', make: () => [] });
  const file = path.join(folder, 'receipt.png');
  await writeFile(file, receipt?.bytes ?? '');
  const engines = ['ppocr', 'tesseract'];
  console.log(`\n| a thermal receipt, workers | ${engines.map((engine) => `${engine}: pages/s | most MB`).join(' | ')} |`);
  console.log(`|---|${engines.map(() => '---:|---:').join('|')}|`);
  for (const workers of WORKERS) {
    const cells: string[] = [];
    for (const engine of engines) cells.push(await pagesASecond(engine, workers, file));
    console.log(`| ${workers} | ${cells.join(' | ')} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
