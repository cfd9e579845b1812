/**
 * The native tesseract of this machine with its default settings, as a person would run it: one picture a process.
 * But on one thread, like ours: with its own choice of four it took three times as long where two cores had other work.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { LANGUAGES } from '../providers/tesseract/languages.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const STARTS = 5;

/** start_ms: of each time, what passes before it reads; the least of some runs on an empty picture. */
export type Native = { version: string; start_ms: number; read(file: string): Promise<{ text: string; ms: number }> };

export const HOW_TO_INSTALL = 'apt-get install tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra   (Debian, Ubuntu)';

/** Null if it is not installed, or lacks a language. */
export async function nativeTesseract(folder: string): Promise<Native | null> {
  const reported = await run('tesseract', ['--version']).catch(() => null); // not installed: the caller says so
  if (reported === null) return null;
  const { stdout: listed } = await run('tesseract', ['--list-langs']);
  if (LANGUAGES.some((language) => !listed.split('\n').includes(language))) return null;
  const read = async (file: string) => {
    const began = performance.now();
    const { stdout } = await run('tesseract', [file, '-', '-l', LANGUAGES.join('+')], {
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, OMP_THREAD_LIMIT: '1' },
    });
    return { text: stdout, ms: performance.now() - began };
  };
  const empty = path.join(folder, 'empty.png');
  await sharp({ create: { width: 60, height: 60, channels: 3, background: '#ffffff' } })
    .png()
    .toFile(empty);
  let start_ms = Infinity;
  for (let n = 0; n < STARTS; n++) start_ms = Math.min(start_ms, (await read(empty)).ms);
  return { version: reported.stdout.split('\n')[0] ?? '', start_ms, read };
}
