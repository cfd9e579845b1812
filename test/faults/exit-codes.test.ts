/** With which code a real process ends, however its stop went: never later than its limits, and never not at all. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../../contract/exit-codes.ts';
import { inFolder } from '../worlds/folder-world.ts';
import { until } from '../worlds/wait.ts';

const CHILD = fileURLToPath(new URL('./stop-child.js', import.meta.url));

const ENDS: [fault: string, code: number, notified: RegExp, by?: NodeJS.Signals][] = [
  ['', EXIT.OK, /^$/],
  ['', EXIT.OK, /^$/, 'SIGINT'],
  ['', EXIT.OK, /^$/, 'SIGHUP'],
  ['holds', EXIT.OK, /^$/],
  ['fails', EXIT.ERROR, /what fails was not closed: made to fail/],
  ['hangs', EXIT.STOP_TOO_LONG, /what hangs was not closed: it did not end within 1000 ms/],
  ['taken', EXIT.TAKEN_OVER, /Another process has taken over, and this one ends: made to be so/],
  ['taken and hangs', EXIT.TAKEN_OVER, /Another process has taken over/],
];
for (const [fault, code, notified, by = 'SIGTERM'] of ENDS)
  test(`a process${fault ? ` (${fault})` : ''} that is told to stop by ${by} ends with ${code}, and has let go of its folder`, () =>
    inFolder(async (folder) => {
      const child = spawn(process.execPath, [CHILD, folder, fault], { stdio: ['pipe', 'pipe', 'pipe'] });
      const [exited, reported] = [once(child, 'exit'), text(child.stderr)];
      try {
        if (!fault.startsWith('taken')) {
          await until('it serves', () => readFile(path.join(folder, 'service.json')).catch(() => null));
          child.kill(by);
        }
        let end: unknown[] | null = null;
        void exited.then((now) => {
          end = now;
        });
        await until('it has ended', () => end);
        assert.deepEqual(await exited, [code, null]);
        assert.match((await reported).trim(), notified);
        await assert.rejects(readFile(path.join(folder, 'service.json')), { code: 'ENOENT' });
      } finally {
        child.kill('SIGKILL');
      }
    }));
