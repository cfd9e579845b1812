/** The life of `serve` and `worker` once they have started. */
import { once } from 'node:events';
import type { WorkerApp } from '../app/app.ts';
import { EXIT, type ExitCode } from '../contract/exit-codes.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { StopFailed } from '../runtime/async/closers.ts';
import { bounded } from '../runtime/async/timeout.ts';
import { TakenOver } from './errors.ts';
import type { Output } from './output.ts';

/**
 * Until it is asked to stop, or must: then it stops, within its limit. Returns the code to end with; each part that fails is in the
 * log. `asked` is listened to since before the start: a process that is asked to stop while it starts, stops once it has.
 */
export async function untilStopped(
  asked: AbortSignal,
  { taken, stop }: Pick<WorkerApp, 'taken' | 'stop'>,
  out: Output,
): Promise<ExitCode> {
  const over = bounded({ clock: systemClock(), signals: [asked, taken] });
  if (!over.signal.aborted) await once(over.signal, 'abort');
  over.release();
  if (taken.aborted) out.warn(new TakenOver(taken.reason).message);
  else out.print('Stopping: what is in hand is finished or handed back.');
  let code: ExitCode = EXIT.OK;
  await stop().catch((error: unknown) => {
    if (!(error instanceof StopFailed)) throw error;
    out.warn(error.message);
    code = error.too_long ? EXIT.STOP_TOO_LONG : EXIT.ERROR;
  });
  return taken.aborted ? EXIT.TAKEN_OVER : code;
}
