/** `tuodi drill` as it is typed, and its report. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { MAIN, tuodi } from './tuodi.ts';
import { until } from './wait.ts';

const Report = z.object({
  drill: z.string(),
  here: z.boolean(),
  pictures: z.array(z.object({ file: z.string(), resource_id: z.string() })),
  lost: z.array(z.unknown()),
  recovery_ms: z.number(),
  seen: z.array(z.object({ after_ms: z.number(), ready: z.string(), status: z.array(z.string()) })),
  doctor: z.array(z.string()),
  left: z.array(z.string()),
});

/** Servers on the port of discard, where nobody listens: whoever asks them ends with an error. */
export const NOWHERE = {
  TUODI_DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none',
  TUODI_REDIS_URL: 'redis://127.0.0.1:9/0',
  TUODI_ELASTICSEARCH_URL: 'http://127.0.0.1:9',
  TUODI_S3_BUCKET: 'nothing',
  TUODI_S3_ENDPOINT: 'http://127.0.0.1:9',
};

const MAX_MS = 6 * 60_000;
export async function drilled(name: string, env: NodeJS.ProcessEnv) {
  const { code, out, err } = await tuodi(
    ['--json', 'drill', name],
    { TUODI_OCR_ENGINE: 'tesseract', TUODI_OCR_WORKERS: '1', ...env },
    MAX_MS,
  );
  return { code, err, report: out === '' ? null : Report.parse(JSON.parse(out)) };
}

/** Stopped once it has said `when`, as by Ctrl-C in a terminal: the drill and the processes that it has started get the signal. */
export async function stoppedDrill(name: string, when: RegExp, env: NodeJS.ProcessEnv): Promise<{ code: number; err: string }> {
  const child = spawn(process.execPath, [MAIN, 'drill', name], {
    env: { ...process.env, TUODI_OCR_ENGINE: 'tesseract', TUODI_OCR_WORKERS: '1', ...env },
    detached: true, // a group of processes of its own
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  await until(String(when), () => when.test(out) || child.exitCode !== null, MAX_MS);
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGINT');
  const [code] = await ended;
  return { code: Number(code), err };
}
