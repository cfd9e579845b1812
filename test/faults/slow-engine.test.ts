/** A remote engine that is slower than its input: its line is kept short, and work that it is still at is waited for. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { known } from '../model/known.ts';
import { wordOf } from '../worlds/numbered.ts';
import type { Knows } from '../worlds/ocr-engine.ts';
import { type RemoteWorld, remoteWorld, SOON } from '../worlds/remote-world.ts';
import { letPass, until } from '../worlds/wait.ts';
import { BY, SCOPE, search } from './world.ts';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
async function open(...given: Parameters<typeof remoteWorld>): Promise<RemoteWorld> {
  const w = await remoteWorld(...given);
  stops = [w.stop, ...stops];
  return w;
}
/** One job at a time, in the order of their coming, `each_ms` a job; told by callback or not. */
function worksOff({ there }: RemoteWorld, { each_ms, calls_back }: { each_ms: number; calls_back: boolean }) {
  let stopped = false;
  let longest = 0;
  const work = (async () => {
    while (!stopped) {
      const open_jobs = [...there.jobs].filter(([, { result }]) => result === null);
      longest = Math.max(longest, open_jobs.length);
      await letPass(each_ms, 'the pace of the engine');
      const [ticket] = open_jobs[0] ?? [];
      if (ticket === undefined || stopped) continue;
      await there.finish(ticket);
      if (calls_back) await there.callBack(ticket);
    }
  })();
  stops = [
    async () => {
      stopped = true;
      await work;
    },
    ...stops,
  ];
  return { longest: () => longest };
}
const PICTURES = 40;
const DEADLINE_MS = 400;
const EACH_MS = 100;
const MAX = 4;
/** As in service: a job takes a good part of the deadline, and all jobs together take many of them. */
const LIMITS = {
  task_limits: { ...SOON, lease_ms: 200 },
  resource_limits: { ocr_deadline_ms: DEADLINE_MS },
  limits: { in_flight: MAX, in_flight_look_ms: 20, in_flight_target_ms: DEADLINE_MS, overtime_look_ms: 50 },
};

describe('an engine that takes longer for its input than the deadline', () => {
  for (const [knows, calls_back] of [
    ['work_id', true],
    ['work_id', false],
    ['task_id', false],
  ] as [Knows, boolean][])
    test(`gets each page once and its line is short (knows ${knows}, ${calls_back ? 'calls back' : 'is asked'})`, async () => {
      const w = await open({ options: LIMITS, knows });
      const ids: string[] = [];
      for (let number = 1; number <= PICTURES; number++) ids.push(await w.takeIn(number));
      const engine = worksOff(w, { each_ms: EACH_MS, calls_back });
      for (const id of ids) await w.at.status(id, 'INDEXED', 60_000);
      assert.equal(w.there.submissions, PICTURES);
      assert.ok(engine.longest() <= MAX, `${engine.longest()} jobs were with it at once`);
      assert.deepEqual(await search(w, wordOf(PICTURES)), [known(ids.at(-1), 'id')]);
    });
});

/** The deadline is over at once; asked about each 30 ms; nothing else asks. */
const LATE = {
  task_limits: { ...SOON, lease_ms: 60_000 },
  resource_limits: { ocr_deadline_ms: 50, max_runs: 2 },
  limits: { overtime_look_ms: 30 },
};
const askedOften = (w: RemoteWorld, ticket: string, times: number) =>
  until('it is asked about', () => w.there.asked.filter((asked) => asked === `/jobs/${ticket}`).length >= times);
const events = async (w: RemoteWorld, resource_id: string) =>
  (await w.facts.journal.list(SCOPE, resource_id, { after: null, limit: 200 })).map(({ event }) => event);

describe('work that has missed its deadline', () => {
  for (const knows of ['work_id', 'task_id'] as const)
    test(`is waited for while its engine says that it works, and no run is spent (knows ${knows})`, async () => {
      const w = await open({ options: LATE, knows });
      const id = await w.takeIn(1);
      const ticket = await w.at.ticket(id);
      const token = (await w.job(id))?.token;
      await askedOften(w, ticket, 4);
      assert.deepEqual([(await w.row(id)).status, (await w.job(id))?.token], ['INIT', token]);
      await w.there.finish(ticket);
      await w.at.status(id, 'INDEXED');
      assert.equal(w.there.submissions, 1);
      assert.ok(!(await events(w, id)).includes('timer ocr_deadline'));
    });

  for (const mood of ['breaks', 'hangs'] as const)
    test(`is waited for while its engine ${mood}`, async () => {
      const w = await open({ options: LATE });
      const id = await w.takeIn(1);
      const ticket = await w.at.ticket(id);
      const token = (await w.job(id))?.token;
      w.there.mood = mood;
      await until('it was asked in vain', () => w.there.refused >= 2);
      assert.deepEqual([(await w.row(id)).status, (await w.job(id))?.token], ['INIT', token]);
      w.there.mood = 'well';
      await w.there.finish(ticket);
      await w.at.status(id, 'INDEXED');
      assert.equal(w.there.submissions, 1);
    });

  test('is taken as it is if it is done, though nobody called back', async () => {
    const w = await open({ options: { ...LATE, resource_limits: { ocr_deadline_ms: 500 } } });
    const id = await w.takeIn(1);
    await w.there.finish(await w.at.ticket(id));
    await w.at.status(id, 'INDEXED');
    assert.ok(!(await events(w, id)).includes('timer ocr_deadline'));
  });

  test('is given again if its engine has forgotten it', async () => {
    const w = await open({ options: LATE });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    w.there.jobs.clear();
    const second = await w.at.ticket(id, first);
    await w.there.finish(second);
    await w.at.status(id, 'INDEXED');
    assert.ok((await events(w, id)).includes('timer ocr_deadline'));
  });

  test('is waited for no longer than the overtime; a person’s retry and an order to read again make new work of it', async () => {
    const w = await open({ options: { ...LATE, limits: { overtime_look_ms: 30, overtime_ms: 100 } } });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    const { failure } = await w.at.status(id, 'INDEX_FAILED');
    assert.deepEqual([failure?.code, failure?.attempts, w.there.submissions], ['DEADLINE_EXCEEDED', 2, 1]);
    await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: { type: 'RETRY' } }), BY);
    const second = await w.at.ticket(id, first);
    await w.there.finish(second);
    await w.there.callBack(second);
    await w.at.status(id, 'INDEXED');
    const again = { type: 'REPROCESS', from: 'ocr' };
    await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: again }), BY);
    const third = await w.at.ticket(id, second);
    const works = [first, second, third].map((ticket) => known(w.there.jobs.get(ticket), ticket).work_id);
    assert.deepEqual([new Set(works).size, w.there.submissions], [3, 3]);
  });

  test('keeps its work_id through a new run, the trash and an edit of the title, and loses it with other languages', async () => {
    const w = await open({ options: { ...LATE, resource_limits: { ocr_deadline_ms: 60_000 } } });
    const id = await w.takeIn(1);
    const first = await w.at.ticket(id);
    for (const type of ['TRASH', 'RESTORE'])
      await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: { type } }), BY);
    assert.equal(await w.at.ticket(id), first);
    await w.engine().send({ scope: SCOPE, resource_id: id }, () => ({ event: { type: 'TRASH' } }), BY);
    const languages = await w.row(id).then(({ metadata }) => ({ ...metadata, languages: ['zh-Hans'] }));
    const row = { resource_id: id, ...SCOPE, at: 1, metadata: languages };
    const restored = { event: { type: 'RESTORE' }, writes: [{ into: 'metadata' as const, row }] };
    await w.engine().send({ scope: SCOPE, resource_id: id }, () => restored, BY);
    const second = await w.at.ticket(id, first);
    assert.deepEqual(known(w.there.jobs.get(second), 'job').languages, ['zh-Hans']);
  });
});

test('pictures that wait for room at an engine spend nothing, and hold up no stop', async () => {
  const w = await open({ options: { ...LATE, limits: { in_flight: 1, in_flight_look_ms: 20 } } });
  const first = await w.takeIn(1);
  const ticket = await w.at.ticket(first);
  const others = [await w.takeIn(2), await w.takeIn(3)];
  await until('they wait', async () => (await w.row(known(others[1], 'id'))).status === 'READY_FOR_OCR');
  for (const id of others) assert.equal((await w.job(id))?.accepted, null);
  await w.again(); // stops within its grace, and finds all of them again
  assert.equal(w.there.submissions, 1);
  for (const id of [first, ...others]) {
    const next = id === first ? ticket : await w.at.ticket(id);
    await w.there.finish(next);
    await w.there.callBack(next);
    await w.at.status(id, 'INDEXED');
  }
  assert.equal(w.there.submissions, 3);
});
