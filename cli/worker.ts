/** `tuodi worker`: runs steps beside a service on the same servers, until a signal stops it. */
import { startWorker } from '../app/app.ts';
import { warningsOf } from '../app/config.ts';
import type { Run } from './command.ts';
import { VERSION } from './project.ts';
import { stopSignal } from './signals.ts';
import { untilStopped } from './until-stopped.ts';

export const worker: Run = async (config, out) => {
  for (const warning of warningsOf(config)) out.warn(`WARNING: ${warning}`);
  const { signal } = stopSignal();
  const app = await startWorker(config, VERSION);
  out.result(
    { kinds: config.worker_kinds, pid: process.pid },
    () => `tuodi works at ${config.worker_kinds.join(', ')}. Stop it with Ctrl-C.`,
  );
  void app.warm();
  return untilStopped(signal, app, out);
};
