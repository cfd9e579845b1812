/**
 * The service as its container runs it, without a container engine: the root bound read-only, /tmp and the data folder writable, no
 * capability and none to be had. A picture is taken in, read, and found.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SAMPLES } from '../cli/project.ts';
import { until } from './worlds/wait.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
/** $1: the data folder. /tmp hides what was there; the folder lies elsewhere. Writing elsewhere is tried before, and must fail. */
const CONTAINED = `
  set -e
  mount --make-rprivate /
  mount --bind "$1" "$1"
  mount -t tmpfs -o size=512m,mode=1777 tmpfs /tmp
  mount -o remount,bind,ro /
  if touch "$2/.written" 2>/dev/null; then echo 'the root can be written to' >&2; exit 9; fi
  shift 2
  exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`;

function reasonAgainst(): string | false {
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount --make-rprivate / && setpriv --version'], { stdio: 'pipe' });
    return false;
  } catch (error) {
    return `mounting is not permitted here: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
}

const Started = z.object({ url: z.url(), api_key: z.string() });
const Taken = z.object({ resource: z.object({ status: z.string() }) });

test('works with a root that can only be read, and without any capability', { skip: reasonAgainst() }, async () => {
  const data = await mkdtemp('/var/tmp/tuodi-read-only-');
  const args = ['-m', 'sh', '-c', CONTAINED, 'sh', data, path.dirname(MAIN), process.execPath, MAIN, '--json', 'serve'];
  const env = { ...process.env, TUODI_DATA_DIR: data, TUODI_LISTEN: '127.0.0.1:0', TUODI_LOG_LEVEL: 'warn' };
  const child = spawn('unshare', args, { env, cwd: '/' });
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    written.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    written.err += chunk.toString();
  });
  try {
    const first = await until('it listens', () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${written.err}`);
      return /^(.+)\n/.exec(written.out)?.[1];
    });
    const { url, api_key } = Started.parse(JSON.parse(first));
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    for (const name of ['CapEff', 'CapPrm', 'CapBnd', 'CapInh']) assert.match(status, new RegExp(`^${name}:\\s+0+$`, 'm'));
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    const form = new FormData();
    form.append('file', new Blob([await readFile(path.join(SAMPLES, 'receipt.jpg'))]), 'receipt.jpg');
    const headers = { authorization: `Bearer ${api_key}`, prefer: 'wait=30' };
    const answer = await fetch(`${url}/v1/resources`, { method: 'POST', headers, body: form });
    assert.equal(Taken.parse(await answer.json()).resource.status, 'INDEXED', written.err);
    const found = await fetch(`${url}/v1/search?q=274.70`, { headers });
    assert.match(await found.text(), /"total":1/);
    assert.doesNotMatch(written.err, /EROFS|read-only/i);
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : null;
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  }
});
