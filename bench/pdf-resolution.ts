/**
 * At which resolution pages of a PDF are best drawn to be recognised: the samples put on A4 as a scanner would, their smallest lines 8
 * points high, drawn at several resolutions and read by the real recogniser. `npm run bench -- pdf`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { SAMPLES } from '../cli/project.ts';
import { tesseractPool } from '../providers/tesseract/pool.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { openFile } from '../services/formats/registry.ts';
import { accuracyOf } from '../test/samples/accuracy.ts';
import { LIMITS } from '../test/worlds/inspected.ts';
import { pdf } from '../test/worlds/pdf-file.ts';

const RESOLUTIONS = [100, 150, 200, 250, 300];
const FILES = ['english-letter.png', 'chinese-notice.jpg', 'chinese-traditional.png', 'mixed-slide.webp'];
const A4 = { width: 595, height: 842 };
/** A sample's smallest lines are 28 pixels high: so many points are to a pixel. */
const POINTS_PER_PIXEL = 8 / 28;
const POINTS_PER_INCH = 72;

const Truth = z.record(z.string(), z.object({ lines: z.array(z.object({ text: z.string() })) }));
const truth = Truth.parse(JSON.parse(await readFile(path.join(SAMPLES, 'truth.json'), 'utf8')));
const clock = systemClock();
const { signal } = new AbortController();
const language_dir = await mkdtemp(path.join(tmpdir(), 'tuodi-pdf-'));
const pool = tesseractPool({ workers: 1, page_time_limit_ms: 60_000, pages_per_worker: 1_000, language_dir, clock });

async function scanned(file: string): Promise<Buffer> {
  const { data, info } = await sharp(path.join(SAMPLES, file))
    .autoOrient()
    .flatten({ background: '#fff' })
    .toColourspace('b-w')
    .jpeg({ quality: 90 })
    .toBuffer({ resolveWithObject: true });
  const points = Math.min(POINTS_PER_PIXEL, A4.width / info.width, A4.height / info.height);
  const [width, height] = [info.width * points, info.height * points];
  const content = `q ${width} 0 0 ${height} 0 ${A4.height - height} cm /Im Do Q\n`;
  return pdf([{ size: [A4.width, A4.height], content, jpeg: { bytes: data, width: info.width, height: info.height } }]);
}

await pool.ready();
console.log('| sample | dpi | characters right | drawn in ms | read in ms |\n|---|---|---|---|---|');
for (const name of FILES) {
  const file = await openFile(await scanned(name), { limits: LIMITS, clock, signal });
  const right = (truth[name]?.lines ?? []).map(({ text }) => text).join('\n');
  for (const dpi of RESOLUTIONS) {
    const size = {
      width: Math.round((A4.width / POINTS_PER_INCH) * dpi),
      height: Math.round((A4.height / POINTS_PER_INCH) * dpi),
    };
    const began = clock.elapsed();
    const picture = (await file.picture(1, size)).flatten().greyscale();
    const { data: png, info } = await picture.png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
    const drawn = clock.elapsed();
    const { text } = await pool.recognise({ png, page: 1, width: info.width, height: info.height }, signal);
    const read = clock.elapsed();
    const accuracy = `${(accuracyOf(right, text) * 100).toFixed(1)}%`;
    console.log(`| ${name} | ${dpi} | ${accuracy} | ${(drawn - began).toFixed(0)} | ${(read - drawn).toFixed(0)} |`);
  }
  await file.close();
}
await pool.close();
await rm(language_dir, { recursive: true, force: true });
