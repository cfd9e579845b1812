/** A start with a long line, whose next step needs something that is unavailable: it answers throughout, in bounded memory, with few lines. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { makeLine } from '../worlds/long-line.ts';
import { letPass, until } from '../worlds/wait.ts';

const CHILD = fileURLToPath(new URL('./line-child.js', import.meta.url));
const WAITING = 10_000;
/** A liveness probe gives up after about so long. It was silent for a minute. */
const MAX_SILENCE_MS = 5_000;
/** Maximum memory of the process, in bytes: it was 400 MB when it was silent. */
const MAX_RSS = 450_000_000;
/** Lines of requests and of work that is done: one for each, whatever waits. */
const OF_WORK = ['request.finished', 'task.run_succeeded', 'resource.settled'];
const Line = z.looseObject({ url: z.string().optional(), key: z.string().optional(), rss: z.number().optional() });

test(`a start with ${WAITING} waiting: healthz answers throughout, and an outage is one line when it begins and one when it ends`, async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-line-'));
  await makeLine(folder, WAITING);
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  const logged: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => void logged.push(line));
  const answers = createInterface({ input: child.stdout });
  const next = async () => {
    const [line]: string[] = await once(answers, 'line', { signal: AbortSignal.timeout(60_000) });
    return Line.parse(JSON.parse(line ?? '{}'));
  };
  const { url = '', key = '' } = await next();
  const ask = async (line: string) => {
    const answer = next();
    child.stdin.write(`${line}\n`);
    return await answer;
  };
  let probing = true;
  let silence = 0;
  const probes = (async () => {
    while (probing) {
      const began = performance.now();
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
      silence = Math.max(silence, performance.now() - began);
      await letPass(20, 'the pace of the probes');
    }
  })();
  const has = (event: string) => (line: string) => line.includes(`"event":"${event}"`);
  const own = () => logged.filter((line) => !OF_WORK.some((event) => has(event)(line)));
  await until('all of them are in line', async () => own().some(has('tasks.rebuilt')), 60_000);
  const { rss = 0 } = await ask('memory');
  await ask('back');
  const counts = z.looseObject({ by_phase: z.record(z.string(), z.number()) });
  const ready = async () => {
    const answer = await fetch(`${url}/v1/resources/counts`, { headers: { authorization: `Bearer ${key}` } });
    return counts.parse(await answer.json()).by_phase;
  };
  await until('it is back', async () => own().some(has('step.resumed')), 60_000);
  await ready(); // and the API answers as well
  probing = false;
  await probes;
  t.diagnostic(`longest silence ${silence.toFixed(0)} ms; ${(rss / 1e6).toFixed(0)} MB; ${own().length} lines`);
  assert.ok(silence < MAX_SILENCE_MS, `silent for ${silence} ms`);
  assert.ok(rss < MAX_RSS, `${rss} bytes resident`);
  const about = (event: string) => own().filter(has(event)).length;
  assert.deepEqual([about('step.paused'), about('step.resumed')], [1, 1]);
  assert.ok(own().length < 20, own().slice(0, 30).join('\n'));
});
