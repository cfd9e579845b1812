/** The compiled program as a person runs it, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { until } from './wait.ts';

export const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
/** A command on a small folder, and a start, take a few seconds; on a busy machine more. */
const MAX_MS = 60_000;

export async function tuodi(
  args: string[],
  env: NodeJS.ProcessEnv = {},
  max_ms = MAX_MS,
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', ...env },
    timeout: max_ms,
  });
  child.stdin.end();
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), out, err };
}

/** `tuodi serve` on a folder, once it listens. `err`: its log until now. */
export async function started(data_dir: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [MAIN, '--json', '--data-dir', data_dir, 'serve'], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const listens = async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${err}`);
    return out.includes('\n');
  };
  await until('it listens', listens, MAX_MS);
  const { url, api_key, login_url } = Started.parse(JSON.parse(out));
  return {
    url,
    api_key,
    login_url,
    err: () => err,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
const Started = z.object({ url: z.url(), api_key: z.string().optional(), login_url: z.url().optional() });
