/**
 * The embedded index at 100,000 generated texts: how fast it fills, how fast it answers, and whether the event loop is free meanwhile.
 * `node dist/bench/search.js [texts]`. Prints one JSON object a line.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as turnOfTheLoop } from 'node:timers/promises';
import { openSqliteIndex } from '../persistence/sqlite-index/open.ts';
import { systemClock } from '../runtime/clock.ts';
import { entries, print, putsAlone, questions, rounded } from './search-texts.ts';

const TEXTS = Number(process.argv[2] ?? 100_000);
/** As many as the index step has at once, with some to spare, so that batches fill. */
const IN_FLIGHT = 64;

const dir = await mkdtemp(join(tmpdir(), 'tuodi-bench-'));
const path = join(dir, 'search.sqlite');
try {
  const index = await openSqliteIndex(path, { clock: systemClock() });
  let writing = 0;
  const loop = { p99: 0, max: 0 };
  for (let from = 0; from < TEXTS; from += 2_000) {
    const made = await entries(from, Math.min(2_000, TEXTS - from));
    await turnOfTheLoop(20); // making the texts held the loop up, and is no work of the index
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const began = performance.now();
    for (let i = 0; i < made.length; i += IN_FLIGHT) await Promise.all(made.slice(i, i + IN_FLIGHT).map((one) => index.put(one)));
    writing += performance.now() - began;
    delay.disable();
    loop.p99 = Math.max(loop.p99, rounded(delay.percentile(99) / 1e6));
    loop.max = Math.max(loop.max, rounded(delay.max / 1e6));
  }
  const { size } = await stat(path);
  print({
    measured: 'build',
    texts: TEXTS,
    per_second: Math.round((TEXTS * 1_000) / writing),
    file_mb: Math.round(size / 1e6),
    loop_ms: loop,
  });

  await putsAlone(index, TEXTS);
  await questions(index);
  await index.close();

  const began = performance.now();
  const again = await openSqliteIndex(path, { clock: systemClock() });
  print({ measured: 'open', ms: Math.round(performance.now() - began), rss_mb: Math.round(process.memoryUsage().rss / 1e6) });
  await again.close();
} finally {
  await rm(dir, { recursive: true, force: true });
}
