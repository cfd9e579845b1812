/** The compiled program as a person runs it, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../main.js', import.meta.url));
/** A command on a small folder takes a few seconds. */
const MOST_MS = 60_000;

export async function tuodi(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'silent', ...env },
    timeout: MOST_MS,
  });
  child.stdin.end();
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: Number(code), out, err };
}
