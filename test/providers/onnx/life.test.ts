/** The embedding process: real ones, really killed. Whatever becomes of one, each text has its vector or an error, and the next is served. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type OnnxOptions, openOnnxEmbedder } from '../../../providers/onnx/embedder.ts';
import { readModelFolder } from '../../../providers/onnx/model-folder.ts';
import { type EmbeddingProcess, type StartProcess, startProcess, TextsRefused } from '../../../providers/onnx/process.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { heldTimers, isAlive } from '../../worlds/held-timers.ts';
import { writeTinyModel } from '../../worlds/tiny-model.ts';
import { until } from '../../worlds/wait.ts';

const base = await mkdtemp(path.join(tmpdir(), 'tuodi-embedding-'));
after(() => rm(base, { recursive: true, force: true }));
const prompts = { 'config_sentence_transformers.json': { prompts: { query: 'garden ', passage: '' } } };
const folder = await readModelFolder(await writeTinyModel(path.join(base, 'model'), { files: prompts }));
const never = new AbortController().signal;
const [LIMIT_MS, IDLE_MS] = [61_234, 12_345];

/** Limits of time pass when the test says. `around`: what becomes of each process. */
async function opened(
  options: Partial<OnnxOptions> = {},
  around: (one: EmbeddingProcess, n: number) => EmbeddingProcess = (one) => one,
) {
  const processes: EmbeddingProcess[] = [];
  const log: string[] = [];
  const { clock, timers } = heldTimers(LIMIT_MS, IDLE_MS);
  const start_process: StartProcess = async (what, signal) => {
    const one = await startProcess(what, signal);
    processes.push(one);
    return around(one, processes.length);
  };
  const embedder = await openOnnxEmbedder(
    {
      ...{ folder, start_process, limits: { time_ms: LIMIT_MS, idle_ms: IDLE_MS }, clock },
      log: (event, { why }) => log.push(why === undefined ? event : `${event}: ${why}`),
      ...options,
    },
    never,
  );
  after(() => embedder.close());
  return { embedder, timers, processes, log };
}
const cosine = (a?: Float32Array, b?: Float32Array) =>
  (a ?? new Float32Array()).reduce((sum, value, at) => sum + value * (b?.[at] ?? 0), 0);
const code = (error: unknown) => (error instanceof StepError ? error.failure.code : String(error));

test('each text has its own vector, in order, whatever is asked beside it', async () => {
  const { embedder } = await opened();
  const words = ['buy', 'garden', 'doctor', 'rain', 'kitchen', 'money', 'letter', 'train', 'winter', 'music'];
  const alone = await embedder.embed(['train'], never);
  const [together, again] = await Promise.all([embedder.embed(words, never), embedder.embed([...words].reverse(), never)]);
  assert.equal(together.length, words.length);
  assert.deepEqual(together, again.reverse());
  assert.deepEqual(together[words.indexOf('train')], alone[0]);
  assert.equal(embedder.dimension, 8);
});

test('a query has its prompt, a passage its own', async () => {
  const { embedder } = await opened();
  const [query] = await embedder.embed(['buy'], never, 'query');
  const [passage, same] = await embedder.embed(['buy', 'garden buy'], never);
  assert.ok(cosine(query, same) > 0.999);
  assert.ok(cosine(query, passage) < 0.99);
});

test('a process that dies in the middle is replaced, and its texts are made by the next', async () => {
  const { embedder, processes } = await opened({}, (one, n) => ({
    ...one,
    embed: async (texts) => {
      if (n === 1 && texts.includes('buy')) process.kill(one.pid ?? 0, 'SIGKILL');
      return one.embed(texts);
    },
  }));
  const vectors = await embedder.embed(['buy', 'garden', 'rain'], never);
  assert.equal(vectors.length, 3);
  assert.equal(processes.length, 2);
});

test('a text at which each process dies fails alone, and starts wait longer and longer', async () => {
  const { embedder, processes } = await opened({}, (one) => ({
    ...one,
    embed: async (texts) => {
      if (texts.includes('winter')) process.kill(one.pid ?? 0, 'SIGKILL');
      return one.embed(texts);
    },
  }));
  const [bad, good] = await Promise.allSettled([embedder.embed(['winter'], never), embedder.embed(['garden'], never)]);
  assert.equal(bad.status === 'rejected' && code(bad.reason), 'PROVIDER_BAD_RESULT');
  assert.equal(good.status, 'fulfilled');
  for (let n = 0; n < 3; n++) await embedder.embed(['winter'], never).catch(() => {});
  await assert.rejects(embedder.embed(['garden'], never), (error: unknown) => code(error) === 'PROVIDER_UNAVAILABLE');
  assert.ok(processes.length <= 6, String(processes.length));
});

test('a process that takes too long is killed, and the next text has another', async () => {
  const { embedder, processes, timers } = await opened({}, (one, n) => ({
    ...one,
    embed: (texts) => {
      if (n === 1 && texts.includes('buy')) process.kill(one.pid ?? 0, 'SIGSTOP');
      return one.embed(texts);
    },
  }));
  const late = embedder.embed(['buy'], never);
  const held = await until('the limit runs', () => timers.find(({ ms }) => ms === LIMIT_MS));
  held.pass();
  await assert.rejects(late, (error: unknown) => code(error) === 'PROVIDER_BAD_RESULT');
  assert.equal((await embedder.embed(['buy'], never)).length, 1);
  const [first] = processes;
  assert.ok(first && !isAlive(first));
});

test('at rest the process ends, and the next text starts another', async () => {
  const { embedder, processes, timers, log } = await opened();
  await embedder.embed(['buy'], never);
  const idle = await until('it rests', () => timers.find(({ ms }) => ms === IDLE_MS));
  idle.pass();
  await until('it is gone', () => processes[0] && !isAlive(processes[0]));
  assert.ok(log.includes('embedding_process_ended: idle'));
  assert.equal((await embedder.embed(['buy'], never)).length, 1);
  assert.equal(processes.length, 2);
});

/** What the process is asked for after its opening; it is held at the first of it until `let_go`. */
async function heldAtFirst() {
  const asked: string[][] = [];
  let let_go = (): void => {};
  const held = new Promise<void>((resolve) => {
    let_go = resolve;
  });
  const { embedder } = await opened({}, (one) => ({
    ...one,
    embed: async (texts) => {
      asked.push(texts);
      if (asked.length === 2) await held; // the first is of the opening
      return one.embed(texts);
    },
  }));
  return { embedder, let_go: () => let_go(), asked: () => asked.slice(1) };
}

test('a query goes before the passages that wait', async () => {
  const { embedder, asked, let_go } = await heldAtFirst();
  const passages = Promise.all(Array.from({ length: 40 }, (_, n) => embedder.embed([`one ${n}`], never)));
  await until('the first passages are at work', () => asked().length === 1);
  const query = embedder.embed(['buy'], never, 'query');
  await turnsOfTheLoop();
  let_go();
  await Promise.all([query, passages]);
  assert.deepEqual(asked()[1], ['garden buy']);
});

test('a query that was given up is not computed, and keeps nobody waiting', async () => {
  const { embedder, asked, let_go } = await heldAtFirst();
  const leaving = new AbortController();
  const first = embedder.embed(['one'], never, 'query');
  await until('it is at work', () => asked().length === 1);
  const left = Array.from({ length: 30 }, (_, n) => embedder.embed([`left ${n}`], leaving.signal, 'query'));
  const stays = embedder.embed(['buy'], never, 'query');
  const passage = embedder.embed(['rain'], never);
  await turnsOfTheLoop();
  leaving.abort(new Error('left'));
  assert.ok((await Promise.allSettled(left)).every(({ status }) => status === 'rejected'));
  let_go();
  await Promise.all([first, stays, passage]);
  assert.deepEqual(asked().slice(1).flat().sort(), ['garden buy', 'rain']);
});

test('passages have their turn while searches come without a pause', async () => {
  const { embedder, asked, let_go } = await heldAtFirst();
  const queries = Array.from({ length: 80 }, (_, n) => embedder.embed([`query ${n}`], never, 'query'));
  await until('the first are at work', () => asked().length === 1);
  const passage = embedder.embed(['rain'], never);
  await turnsOfTheLoop();
  let_go();
  await Promise.all([passage, ...queries]);
  const place = asked().findIndex(([text]) => text === 'rain');
  assert.ok(place > 0 && place < 6, `after ${place} runs of queries of ${asked().length}`);
});
/** Until what was asked waits for its turn. */
async function turnsOfTheLoop(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
}

test('whoever leaves leaves alone, and a stop leaves no process', async () => {
  const { embedder, processes } = await opened();
  const leaving = new AbortController();
  const [left, stays] = [embedder.embed(['buy'], leaving.signal), embedder.embed(['garden'], never)];
  leaving.abort(new Error('left'));
  await assert.rejects(left, /left/);
  assert.equal((await stays).length, 1);
  await embedder.close();
  assert.ok(processes.every((one) => !isAlive(one)));
  await assert.rejects(embedder.embed(['buy'], never), (error: unknown) => code(error) === 'PROVIDER_UNAVAILABLE');
});

test('a text that is refused fails alone, and costs no process', async () => {
  const { embedder, processes } = await opened({}, (one) => ({
    ...one,
    embed: async (texts) => {
      if (texts.includes('winter')) throw new TextsRefused('no tokens');
      return one.embed(texts);
    },
  }));
  const [bad, good] = await Promise.allSettled([embedder.embed(['winter'], never), embedder.embed(['garden'], never)]);
  assert.equal(bad.status === 'rejected' && code(bad.reason), 'PROVIDER_BAD_RESULT');
  assert.equal(good.status, 'fulfilled');
  assert.equal(processes.length, 1);
});

test('files that were replaced make no vector under the name of those before', async () => {
  const dir = await writeTinyModel(path.join(base, 'replaced'), { seed: 1 });
  const { embedder, timers, processes } = await opened({ folder: await readModelFolder(dir) });
  await embedder.embed(['buy'], never);
  const idle = await until('it rests', () => timers.find(({ ms }) => ms === IDLE_MS));
  await writeTinyModel(dir, { seed: 2 });
  idle.pass();
  await until('it is gone', () => processes[0] && !isAlive(processes[0]));
  await assert.rejects(embedder.embed(['buy'], never), /have changed since this service was started: restart it/);
  assert.equal(processes.length, 1);
});

test('a vector of another length is no result', async () => {
  const { embedder } = await opened({}, (one) => ({
    ...one,
    embed: async (texts) => (texts.includes('buy') ? [new Float32Array(3)] : one.embed(texts)),
  }));
  await assert.rejects(embedder.embed(['buy'], never), (error: unknown) => code(error) === 'PROVIDER_BAD_RESULT');
});

test('a model that cannot be run is told at the opening, with its file', async () => {
  const dir = await writeTinyModel(path.join(base, 'broken'));
  await writeFile(path.join(dir, 'model.onnx'), 'no model');
  const broken = await readModelFolder(dir);
  await assert.rejects(
    openOnnxEmbedder({ folder: broken, clock: systemClock() }, never),
    /model\.onnx is no model that can be run/,
  );
});
