/**
 * A whole service on a data folder: `node line-child.js <folder>`. What its first step needs is unavailable until a line comes on standard
 * input. It prints its address once it is ready.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import type { StepHandlers } from '../../runtime/tasks/run-step.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { emptySteps } from '../worlds/empty-steps.ts';

const { config } = readConfig({
  ...{ TUODI_DATA_DIR: process.argv[2], TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'info', TUODI_OCR_WORKERS: '1' },
});
const print = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`);
let away = true;
const services: StepHandlers = {
  ...emptySteps,
  async run(run) {
    if (!away) return emptySteps.run(run);
    throw new StepError({ code: 'PROVIDER_UNAVAILABLE', retryable: true, detail: 'it is away' });
  },
};
const began = performance.now();
// Looked for often, so that a test sees it soon.
const limits = { probe_min_ms: 200, probe_max_ms: 500 };
const app = await startApp(config, 'test', { services, limits });
print({ url: app.url, key: app.local_key, ready_ms: performance.now() - began });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'back') away = false;
  print({ rss: process.memoryUsage.rss() });
}
process.exit(0); // its parent is gone
