/**
 * The whole service in a process of its own: `node --expose-gc service.js <folder> <limits as JSON>`. It tells its parent where it listens, then answers
 * `measure` with what it has of threads and memory, after a collection; it ends when its parent goes.
 */

import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import { OPTIONS, variables } from './limits.ts';

/** threads: of the process, of every kind. held_ms: the longest that requests had to wait for its event loop. */
export type Measured = { threads: number; workers: number; resident_mb: number; max_resident_mb: number; held_ms: number };
export type Notified = { listening: { url: string; key: string } } | { measured: Measured };

const [folder = '', limits = ''] = process.argv.slice(2);
const { config } = readConfig({ ...variables(JSON.parse(limits)), TUODI_DATA_DIR: folder });
const app = await startApp(config, '0.0.0', OPTIONS);
await app.warm();
const held = monitorEventLoopDelay({ resolution: 10 });
held.enable();

const tell = (notified: Notified) => process.send?.(notified);
process.on('message', async () => {
  global.gc?.();
  const status = await readFile('/proc/self/status', 'utf8');
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  const workers = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
  const memory = { resident_mb: Math.round(number('VmRSS') / 1024), max_resident_mb: Math.round(number('VmHWM') / 1024) };
  tell({ measured: { threads: number('Threads'), workers, ...memory, held_ms: Math.round(held.max / 1e6) } });
});
process.on('disconnect', () => void app.stop().then(() => process.exit(0)));
tell({ listening: { url: app.url, key: app.local_key } });
