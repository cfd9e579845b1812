/**
 * `npm run bench -- soak [minutes] [a second]`: server mode at a steady rate (an hour at 10 pictures a second), and what memory does
 * meanwhile: of the process after a garbage collection, where Node was started with --expose-gc, and of Redis. A line a sixtieth of the
 * time; at the end the slope of the second half.
 */
import { cpus } from 'node:os';
import { Redis } from 'ioredis';
import { VERSION } from '../cli/project.ts';
import { env } from '../test/servers/env.ts';
import { openLoop } from './measure.ts';
import { withService } from './served.ts';

const [minutes = 60, rate = 10] = process.argv.slice(2).map(Number);
const LINES = 60;
const MINUTE_MS = 60_000;
const MB = 1_048_576;
/** MB of a mark of the plot. */
const MARK = 10;

type Sample = { minute: number; resident: number };

/** By least squares, in MB an hour. */
function slope(samples: Sample[]): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ minute }) => minute), mean(({ resident }) => resident)];
  const above = samples.reduce((sum, { minute, resident }) => sum + (minute - x) * (resident - y), 0);
  const below = samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
  return below === 0 ? 0 : (above / below) * 60;
}

console.log(
  `tuodi ${VERSION}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}: ${rate} a second for ${minutes} minutes`,
);
await withService(false, async ({ item }) => {
  const redis = new Redis(env('TUODI_TEST_REDIS_URL'));
  const samples: Sample[] = [];
  let done = 0;
  console.log('| minute | pictures | p99 ms | heap MB | Redis MB | resident MB |\n|---|---|---|---|---|---|');
  for (let line = 1; line <= LINES; line++) {
    const items = Math.round((minutes * 60 * rate) / LINES);
    const { p99 } = await openLoop(items, rate, async () => {
      await item();
      done += 1;
    });
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) / MB;
    const [minute, resident] = [(line * minutes) / LINES, rss / MB];
    samples.push({ minute, resident });
    const figures = [minute.toFixed(1), done, p99.toFixed(0), (heapUsed / MB).toFixed(1), used.toFixed(1)];
    console.log(`| ${figures.join(' | ')} | ${resident.toFixed(0)} ${'█'.repeat(Math.round(resident / MARK))} |`);
  }
  console.log(
    `\nSecond half: ${slope(samples.slice(LINES / 2)).toFixed(1)} MB an hour (${(minutes * MINUTE_MS) / LINES / 1_000} s a line)`,
  );
  redis.disconnect();
});
process.exit(0);
