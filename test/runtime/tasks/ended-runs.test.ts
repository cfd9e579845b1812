/** The history tells of the run of a step that ended: how often it was tried, what went wrong on the way, and how long it took. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { type FailureCode, failureOf } from '../../../contract/failures.ts';
import type { EndedRun } from '../../../runtime/ports/journal.ts';
import type { Recogniser } from '../../../runtime/ports/providers.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { openWorld, restIn, SCOPE, say, serviceOf, takeIn } from '../../faults/world.ts';
import { known } from '../../model/known.ts';
import { type RemoteWorld, remoteWorld, SOON } from '../../worlds/remote-world.ts';
import { until } from '../../worlds/wait.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Journal = Pick<RemoteWorld['facts'], 'journal'>;
const entries = ({ journal }: Journal, id: string) => journal.list(SCOPE, id, { after: null, limit: 200 });
/** Of the entry with that event; its time is only bounded, since the machine may be busy. */
async function runOf(facts: Journal, id: string, event: string): Promise<Omit<EndedRun, 'ms'> & { timed: boolean }> {
  const entry = known(await entries(facts, id).then((all) => all.find((one) => one.event === event)), event);
  const { ms, ...run } = known(entry.run, 'run');
  return { ...run, timed: ms !== null && ms >= 0 && ms < 60_000 };
}

async function embedded(recognise: (attempt: number, real: Recogniser['recognise']) => Recogniser['recognise']) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tuodi-runs-'));
  const opened = await openWorld(folder);
  let attempts = 0;
  const real = opened.recogniser;
  const recogniser: Recogniser = { ...real, recognise: (...given) => recognise(++attempts, real.recognise)(...given) };
  const ports = { ...opened, recogniser };
  const life = serviceOf(ports, { task_limits: SOON });
  await life.start();
  stops.push(() => rm(folder, { recursive: true, force: true }), opened.close, life.stop);
  return { ports, facts: opened.facts, engine: life.engine };
}
const failing = (code: FailureCode, detail: string) => async (): Promise<never> => {
  throw new StepError(failureOf(code, detail));
};

describe('in this process', () => {
  test('two bad answers of three leave their trace where the step ended well', async () => {
    const { ports, facts, engine } = await embedded((attempt, real) =>
      attempt < 3 ? failing('PROVIDER_BAD_RESULT', `bad ${attempt}`) : real,
    );
    const id = await takeIn(engine, ports, 1);
    await say(engine, id, 'UPLOAD_REPORTED');
    await restIn(ports, [id], ['INDEXED']);
    const last_failure = failureOf('PROVIDER_BAD_RESULT', 'bad 2');
    assert.deepEqual(await runOf(facts, id, 'done ocr'), { attempts: 3, losses: 0, last_failure, timed: true });
    assert.deepEqual(await runOf(facts, id, 'done save'), { attempts: 1, losses: 0, last_failure: null, timed: true });
    const others = (await entries(facts, id)).filter(({ event }) => !/^(done|error) /.test(event));
    assert.ok(others.length > 0 && others.every(({ run }) => run === null), 'where no run ended there is none');
  });

  test('a step that failed tells of the last attempt', async () => {
    const { ports, facts, engine } = await embedded((attempt) => failing('PROVIDER_BAD_RESULT', `bad ${attempt}`));
    const id = await takeIn(engine, ports, 1);
    await say(engine, id, 'UPLOAD_REPORTED');
    const [row] = await restIn(ports, [id], ['INDEX_FAILED']);
    const attempts = known(row?.failure, 'failure').attempts;
    const last_failure = failureOf('PROVIDER_BAD_RESULT', `bad ${attempts}`);
    assert.deepEqual(await runOf(facts, id, 'error ocr'), { attempts, losses: 0, last_failure, timed: true });
  });
});

describe('at a provider', () => {
  async function open(...given: Parameters<typeof remoteWorld>): Promise<RemoteWorld> {
    const w = await remoteWorld(...given);
    stops.push(w.stop);
    return w;
  }
  const failed = { status: 'failed', failure: { retryable: true, detail: 'out of memory' } };

  test('a failure that was called back is told by the item of the result that was called back then', async () => {
    const w = await open({ options: { task_limits: { ...SOON, lease_ms: 60_000 } } });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    await until('it runs', async () => (await w.at.task(id))?.status === 'running');
    known(w.there.jobs.get(first), 'job').result = failed;
    assert.equal(await w.there.callBack(first), 200);
    const second = await w.at.ticket(id, first);
    await w.there.finish(second);
    assert.equal(await w.there.callBack(second), 200);
    await w.at.status(id, 'INDEXED');
    const { last_failure, ...run } = await runOf(w.facts, id, 'done ocr');
    assert.deepEqual(run, { attempts: 2, losses: 0, timed: true });
    assert.deepEqual([last_failure?.retryable, last_failure?.detail], [true, 'out of memory']);
  });

  test('so is one that was found by asking, by the item of a result that was asked for', async () => {
    const w = await open({ options: { task_limits: SOON } });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    known(w.there.jobs.get(first), 'job').result = failed;
    const second = await w.at.ticket(id, first);
    await w.there.finish(second);
    await w.at.status(id, 'INDEXED');
    const { last_failure, ...run } = await runOf(w.facts, id, 'done ocr');
    assert.deepEqual(run, { attempts: 2, losses: 0, timed: true });
    assert.equal(last_failure?.detail, 'out of memory');
  });

  test('work that the provider forgot is a loss', async () => {
    const w = await open({ options: { task_limits: SOON } });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    w.there.jobs.clear();
    const second = await w.at.ticket(id, first);
    await w.there.finish(second);
    await w.at.status(id, 'INDEXED');
    const { last_failure, ...run } = await runOf(w.facts, id, 'done ocr');
    assert.deepEqual(run, { attempts: 1, losses: 1, timed: true });
    assert.equal(last_failure?.code, 'PROVIDER_FORGOT');
  });
});
