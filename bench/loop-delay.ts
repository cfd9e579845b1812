/** Loaded into a service by `--import`: at SIGUSR2 it writes how late the event loop was since the last time, into LOOP_DELAY_FILE. */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const MS = 1e6;
const file = process.env['LOOP_DELAY_FILE'];
if (file && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.on('SIGUSR2', () => {
    writeFileSync(`${file}.new`, JSON.stringify({ p99: delay.percentile(99) / MS, max: delay.max / MS }));
    renameSync(`${file}.new`, file); // read whole or not at all
    delay.reset();
  });
}
