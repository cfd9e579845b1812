/** A process that is killed while pictures are embedded again: the next one goes on, and each picture is embedded. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { served, TITLES } from '../worlds/embed-story.ts';
import { writeTinyModel } from '../worlds/tiny-model.ts';
import { until } from '../worlds/wait.ts';

const SCRIPT = fileURLToPath(new URL(`./embed-child.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));
/** The lease of a run is a minute. */
const TAKEN_UP_MS = 180_000;
type Told = { url: string; key: string };

test('the run of a process that was killed goes on in the next one', async (t) => {
  const base = await mkdtemp(path.join(tmpdir(), 'tuodi-embed-killed-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  const [data, model] = [path.join(base, 'data'), await writeTinyModel(path.join(base, 'model'), { dimension: 12 })];
  const before = await served({ TUODI_DATA_DIR: data });
  for (const title of TITLES) await before.takeIn(title);
  await until('all are INDEXED', async () => (await before.count('status=INDEXED')) === TITLES.length);
  await before.stop();

  const child = fork(SCRIPT, [data, model], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ url, key }] = (await once(child, 'message')) as [Told]; // our own answer
  await until('it is under way', async () => {
    const answer = await fetch(`${url}/v1/ops/runs?kind=embed`, { headers: { authorization: `Bearer ${key}` } });
    const { items } = (await answer.json()) as { items: { done: number }[] }; // our own answer
    return items.some(({ done }) => done > 0);
  });
  child.kill('SIGKILL');
  await once(child, 'exit');

  const after = await served({ TUODI_DATA_DIR: data, TUODI_EMBEDDING_DIR: model });
  t.after(after.stop);
  assert.ok(
    (await after.found('garden')).some(({ match }) => match === 'exact'),
    'searchable meanwhile',
  );
  const run = await until(
    'the run is done',
    async () => (await after.runs()).find(({ status }) => status === 'done'),
    TAKEN_UP_MS,
  );
  assert.equal(run.done, TITLES.length);
  await until('it is found by its meaning', async () => (await after.found('buy')).some(({ match }) => match === 'meaning'));
});
