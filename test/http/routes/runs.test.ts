/** Long work and dead letters over HTTP: who may see and order what. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DeadLetterGroups } from '../../../contract/dead-letters.ts';
import { FAILURE_CODES } from '../../../contract/failures.ts';
import { Run, RunAnswer } from '../../../contract/runs.ts';
import { failed } from '../../worlds/failed.ts';
import { type HttpWorld, httpWorld, keyIn } from '../../worlds/http-world.ts';
import { until } from '../../worlds/wait.ts';

let w: HttpWorld;
let operator: string;
before(async () => {
  w = await httpWorld();
  operator = await keyIn('a', w.deps, { role: 'operator' });
});
after(() => w.stop());

const started = async (body: object, sending: object = {}) => {
  const { status, json } = await w.call('POST', '/v1/ops/runs', { key: operator, body, ...sending });
  return { status, run: status === 202 ? RunAnswer.parse(json).run : null, code: (json as { code?: string }).code };
};
const stop = async (run_id: string, key = operator) => {
  await w.call('DELETE', `/v1/ops/runs/${run_id}`, { key });
  await until('it is stopped', async () => {
    const { json } = await w.call('GET', `/v1/ops/runs/${run_id}`, { key });
    return RunAnswer.parse(json).run.status === 'stopped';
  });
};

describe('runs', () => {
  test('are begun with 202, seen, listed and stopped by operators of the organisation', async () => {
    const { status, run } = await started({ kind: 'replay', limit: 5 });
    assert.ok(run);
    assert.deepEqual([status, run.kind, run.limit, run.installation, run.findings], [202, 'replay', 5, false, []]);
    const listed = await w.call('GET', '/v1/ops/runs?kind=replay&status=running&status=queued', { key: operator });
    assert.deepEqual(
      (listed.json as { items: Run[] }).items.map((one) => Run.parse(one).run_id),
      [run.run_id],
    );
    for (const route of [`/v1/ops/runs/${run.run_id}`, `/v1/ops/runs/${run.run_id}/findings`])
      assert.deepEqual(
        [
          (await w.call('GET', route, { key: operator })).status,
          (await w.call('GET', route, { key: w.keys.other })).status,
          (await w.call('GET', route, { key: await keyIn('a', w.deps, { role: 'editor' }) })).status,
        ],
        [200, 404, 403],
        route,
      );
    assert.equal((await w.call('DELETE', `/v1/ops/runs/${run.run_id}`, { key: w.keys.other })).status, 404);
    await stop(run.run_id);
    const { json } = await w.call('GET', `/v1/ops/runs/${run.run_id}`, { key: operator, headers: { 'accept-language': 'zh' } });
    assert.match(RunAnswer.parse(json).run.reason?.meaning ?? '', /停止/);
  });

  test('one at a time; the same is the one under way, or goes on; another is 409 and names it', async () => {
    const { run } = await started({ kind: 'replay', code: 'INDEX_REFUSED' });
    assert.ok(run);
    assert.equal((await started({ kind: 'replay', code: 'INDEX_REFUSED' })).run?.run_id, run.run_id);
    const { status, json } = await w.call('POST', '/v1/ops/runs', { key: operator, body: { kind: 'replay' } });
    assert.deepEqual([status, (json as { code: string; run_id: string }).run_id], [409, run.run_id]);
    await stop(run.run_id);
    assert.equal((await started({ kind: 'replay', code: 'INDEX_REFUSED' })).run?.run_id, run.run_id, 'goes on');
    await stop(run.run_id);
  });

  test('of the installation are not shown to those of one organisation', async () => {
    const { run } = await started({ kind: 'reindex' }, { key: w.keys.a });
    assert.ok(run);
    assert.equal(run.installation, true);
    assert.equal((await w.call('GET', `/v1/ops/runs/${run.run_id}`, { key: operator })).status, 404);
    await stop(run.run_id, w.keys.a);
    assert.equal((await started({ kind: 'reindex' })).status, 403, 'an index of all organisations');
  });

  test('an Idempotency-Key begins one, and is of that request', async () => {
    const headers = { 'idempotency-key': 'once' };
    const { run } = await started({ kind: 'replay', limit: 9 }, { headers });
    assert.ok(run);
    await stop(run.run_id);
    assert.equal((await started({ kind: 'replay', limit: 9 }, { headers })).run?.status, 'stopped', 'it is not begun again');
    assert.equal((await started({ kind: 'replay', limit: 8 }, { headers })).code, 'IDEMPOTENCY_KEY_REUSED');
  });

  test('what is wrong with a request is named', async () => {
    for (const [body, pointer] of [
      [{ kind: 'tidy' }, '/kind'],
      [{ kind: 'reindex', step: 'ocr' }, '/step'],
      [{ kind: 'replay', heal: true }, '/heal'],
      [{ kind: 'replay', code: 'NONE' }, '/code'],
      [{ kind: 'replay', limit: 0 }, '/limit'],
    ] as const) {
      const { status, json } = await w.call('POST', '/v1/ops/runs', { key: operator, body });
      const { errors } = json as { errors: { pointer: string }[] };
      assert.deepEqual([status, errors[0]?.pointer], [422, pointer]);
    }
  });
});

describe('dead letters', () => {
  test('are grouped, the largest first, with samples and what helps, of this organisation alone', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 8; n++) ids.push(await failed(w, n < 7 ? 'INDEX_REFUSED' : 'OCR_CRASHED'));
    const groups = async (query: string, key = operator) =>
      DeadLetterGroups.parse(((await w.call('GET', `/v1/ops/dead-letters${query}`, { key })).json as { items: unknown }).items);
    const [first, second, ...more] = await groups('');
    assert.ok(first && second);
    assert.deepEqual(more, []);
    assert.deepEqual([first.step, first.code, first.count, first.advice], ['ocr', 'INDEX_REFUSED', 7, 'fix configuration']);
    assert.deepEqual([second.code, second.count, second.advice], ['OCR_CRASHED', 1, 'retry']);
    assert.deepEqual(
      first.samples.map(({ resource_id }) => resource_id),
      ids.slice(0, 6),
    );
    assert.equal(first.meaning, FAILURE_CODES.INDEX_REFUSED.en);
    assert.ok(first.first_at !== null && first.last_at !== null && first.first_at <= first.last_at);
    const [of_step] = await groups('?group=step');
    assert.deepEqual([of_step?.step, of_step?.code, of_step?.count, of_step?.advice], ['ocr', null, 8, null]);
    assert.deepEqual(await groups('', w.keys.other), []);
  });

  test('say since when a retry makes sense: since all that their step needs works, and not while one is away', async () => {
    const since = async () => {
      const { items } = (await w.call('GET', '/v1/ops/dead-letters', { key: operator })).json as { items: unknown };
      return DeadLetterGroups.parse(items).map(({ retry_since }) => retry_since);
    };
    const before = await since();
    assert.ok(before.length === 2 && before.every((at) => at !== null && Date.parse(at) <= w.deps.clock.now()));
    w.parts.set('recogniser', { state: 'away', code: 'no_answer', detail: null });
    assert.deepEqual(await since(), [null, null]);
    w.later(60_000);
    const back = new Date(w.deps.clock.now()).toISOString();
    w.parts.set('recogniser', null);
    const [first, second] = await since();
    assert.ok(first && first >= back && first === second, `${first} is not ${back} or soon after`);
    w.parts.set('index', { state: 'away', code: 'no_answer', detail: null });
    assert.deepEqual(await since(), [first, second], 'the step of OCR needs no index');
    w.parts.set('index', null);
  });
});
