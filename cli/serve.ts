/** `tuodi serve`: the service, until it is told to stop. */
import { once } from 'node:events';
import { startApp } from '../app.ts';
import type { Run } from './program.ts';
import { VERSION } from './project.ts';

export const serve: Run = async (config, out) => {
  const app = await startApp(config, VERSION);
  out.result({ url: app.url, pid: process.pid, ...(app.first_key ? { api_key: app.first_key } : {}) }, () =>
    [
      `tuodi listens on ${app.url}`,
      ...(app.first_key ? ['', `The first admin key, shown once:  ${app.first_key}`, ''] : []),
      `It keeps everything in ${config.data_dir}. Stop it with Ctrl-C.`,
    ].join('\n'),
  );
  void app.warm();
  const asked = new AbortController();
  await Promise.race(['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: asked.signal }).catch(() => undefined)));
  asked.abort();
  out.say('Stopping: what is in hand is finished or handed back.');
  await app.stop();
  return 0;
};
