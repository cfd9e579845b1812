/** The data folder, opened in this process for one command. */
import { z } from 'zod';
import { type App, startApp } from '../app/app.ts';
import type { Config } from '../app/config.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import { INDEX_INCOMPLETE } from '../services/index/watch.ts';
import { clientOf, type OpenFolder } from './client.ts';
import { VERSION } from './project.ts';

/** How long a command waits for the comparison of the index, in ms; 100,000 entries take seconds, an empty index none. */
const AUDIT_WAIT_MS = 3_000;
/** And for an index that is being filled again (restored, or made by another version). It goes on filling, but only while a service runs. */
const FILL_WAIT_MS = 60_000;
const FILL_LOOK_MS = 100;

/** The service on this process' own port, with warnings only in its log; its index is filled first if it was found empty. */
export const openFolder: OpenFolder = async (config) => {
  const app = await startApp({ ...config, listen: { host: '127.0.0.1', port: 0 }, log_level: quieter(config) }, VERSION);
  await filled(app).catch(async (error: unknown) => {
    await app.stop();
    throw error;
  });
  return { url: app.url, api_key: app.local_key, stop: app.stop, taken: app.taken, login: app.login };
};
const quieter = ({ log_level }: Config) => (log_level === 'silent' || log_level === 'error' ? log_level : 'warn');

async function filled(app: App): Promise<void> {
  const clock = systemClock();
  const client = clientOf(app.url, app.local_key);
  const isOver = (limit_ms: number) => withTimeout({ clock, limit_ms }, async () => (await app.audited) >= 0).catch(() => false); // it is still being compared
  if (await isOver(AUDIT_WAIT_MS)) return;
  const over = clock.elapsed() + FILL_WAIT_MS;
  do {
    const { degraded } = Readiness.parse((await client.request('GET', '/readyz')).body);
    if (!degraded.some(({ name }) => name === INDEX_INCOMPLETE)) return; // it is whole as far as it was looked at
  } while (!(await isOver(FILL_LOOK_MS)) && clock.elapsed() < over);
}
const Readiness = z.object({ degraded: z.array(z.object({ name: z.string() })) });
