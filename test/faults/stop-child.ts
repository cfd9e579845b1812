/** A process as `tuodi serve` is, of which a part fails or hangs when it stops, or that another one has taken over: `<folder> <fault>`. */

import { pino } from 'pino';
import { startApp } from '../../app/app.ts';
import { readConfig } from '../../app/config.ts';
import { exitWith } from '../../cli/exit.ts';
import { output } from '../../cli/output.ts';
import { stopSignal } from '../../cli/signals.ts';
import { untilStopped } from '../../cli/until-stopped.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { createClosers } from '../../runtime/async/closers.ts';
import { endWithParent } from '../worlds/parent.ts';

endWithParent();
const [folder = '', fault = ''] = process.argv.slice(2);
const env = { TUODI_DATA_DIR: folder, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent' };
const closers = createClosers({
  clock: systemClock(),
  log: pino({ level: 'silent' }),
  limits: { closer_ms: 1_000, stop_ms: 5_000 },
});
if (fault === 'hangs' || fault === 'taken and hangs') {
  setInterval(() => {}, 1_000); // what hangs often holds the process too
  closers.add('what hangs', () => new Promise(() => {}));
}
if (fault === 'fails') closers.add('what fails', () => Promise.reject(new Error('made to fail')));
if (fault === 'holds') setInterval(() => {}, 1_000);
const { signal } = stopSignal();
const app = await startApp(readConfig(env).config, '0.0.0', { closers: () => closers });
const taken = fault.startsWith('taken') ? AbortSignal.abort(new Error('made to be so')) : app.taken;
const out = output(true);
out.result({ url: app.url }, () => app.url);
exitWith(await untilStopped(signal, { ...app, taken }, out));
