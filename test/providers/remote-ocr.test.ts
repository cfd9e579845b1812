/** The client of a remote OCR engine, against an engine in this process. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { remoteOcr } from '../../providers/remote-ocr/client.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { RemoteRecogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { known } from '../model/known.ts';
import { ocrEngine } from '../worlds/ocr-engine.ts';
import { until } from '../worlds/wait.ts';

const KEY = 'sk-a-very-secret-key';
const clock = systemClock();
const never = new AbortController().signal;
const page = { png: new Uint8Array([137, 80, 78, 71]), page: 1, width: 4, height: 3 };
const word = { text: 'hello', confidence: 0.9, x: 0.1, y: 0.1, w: 0.2, h: 0.1 };
const read = async () => ({ text: 'hello', confidence: 0.9, words: [word] });

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const client = (url: string, limits: { ask_ms?: number; submit_ms?: number; probe_after_ms?: number } = {}) => {
  const callback_url = ({ resource_id, task_id }: { resource_id: string; task_id: string }) =>
    `http://us/${resource_id}/${task_id}`;
  const recogniser = remoteOcr({ url, api_key: KEY, callback_url, clock, limits });
  return { recogniser, remote: known(recogniser.remote, 'remote') };
};
async function engine() {
  const started = await ocrEngine(read);
  stops.push(started.stop);
  return started;
}
/** A server that answers everything in the same way. */
async function saying(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens
}
const OF = { resource_id: 'r1' };
const submit = (remote: RemoteRecogniser, task_id = 't1', pages = async () => [page]) =>
  remote.submit({ ...OF, task_id, work_id: `w.${task_id}`, org_id: 'o', order: 0, languages: ['zh-Hans'], pages }, never);
const ask = (remote: RemoteRecogniser, provider_job_id: string | null = 'p', task_id = 't1') =>
  remote.ask({ ...OF, task_id, work_id: `w.${task_id}`, provider_job_id }, never);
const failing = (code: string) => (error: unknown) => {
  assert.ok(error instanceof StepError, String(error));
  assert.equal(error.failure.code, code, error.message);
  assert.ok(!JSON.stringify([error.message, String(error.cause), error.stack]).includes(KEY), 'the key is in no error');
  return true;
};

describe('a remote OCR engine', () => {
  test('takes the pages with the address to call back, and answers what it read by ticket and by task', async () => {
    const there = await engine();
    const { remote } = client(there.url);
    const { provider_job_id } = await submit(remote);
    const job = known(there.jobs.get(provider_job_id), 'job');
    assert.deepEqual([job.task_id, job.callback_url, job.languages], ['t1', 'http://us/r1/t1', ['zh-Hans']]);
    assert.deepEqual(new Uint8Array(await known(job.pages[0], 'page').arrayBuffer()), page.png);
    assert.deepEqual(await ask(remote, provider_job_id), { status: 'working' });
    await there.finish(provider_job_id);
    const done = { status: 'done', pages: [{ page: 1, text: 'hello', confidence: 0.9, words: [word] }] };
    assert.deepEqual([await ask(remote, provider_job_id), await ask(remote, null)], [done, done]);
    assert.deepEqual([await ask(remote, 'other'), await ask(remote, null, 't2')], [{ status: 'unknown' }, { status: 'unknown' }]);
  });

  test('is not given work that it has, and no page is made for it; work that failed begins anew', async () => {
    const there = await engine();
    const { remote } = client(there.url);
    const first = await submit(remote);
    const notCalled = () => assert.fail('no page is wanted');
    assert.deepEqual(await submit(remote, 't1', notCalled), first);
    assert.equal(there.submissions, 1);
    known(there.jobs.get(first.provider_job_id), 'job').result = { status: 'failed', failure: { retryable: true, detail: 'x' } };
    assert.notDeepEqual(await submit(remote), first);
  });

  test('that does not know work_id works as before, and is warned of once', async () => {
    const there = await ocrEngine(read, { knows: 'task_id' });
    stops.push(there.stop);
    const warnings: string[] = [];
    const warn = (message: string) => void warnings.push(message);
    const remote = known(remoteOcr({ url: there.url, api_key: null, callback_url: null, clock, warn }).remote, 'remote');
    const { provider_job_id } = await submit(remote);
    await there.finish(provider_job_id);
    assert.equal((await ask(remote, provider_job_id)).status, 'done');
    assert.deepEqual(await submit(remote), { provider_job_id });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /work_id/);
  });

  test('a page that cannot be made is no fault of the engine', async () => {
    const { remote, recogniser } = client((await engine()).url);
    const broken = async () => Promise.reject(new StepError({ code: 'OBJECT_MISSING', retryable: false, detail: 'gone' }));
    await assert.rejects(submit(remote, 't1', broken), failing('OBJECT_MISSING'));
    assert.equal(recogniser.reachable?.(), true);
  });

  for (const [what, status, code] of [
    ['429', 429, 'PROVIDER_UNAVAILABLE'],
    ['500', 500, 'PROVIDER_UNAVAILABLE'],
    ['503', 503, 'PROVIDER_UNAVAILABLE'],
    ['408', 408, 'PROVIDER_UNAVAILABLE'],
    ['400', 400, 'PROVIDER_REFUSED'],
    ['401', 401, 'CREDENTIALS_REFUSED'],
    ['a redirect, which is not followed', 307, 'PROVIDER_REFUSED'],
  ] as const)
    test(`${what} is ${code}, without the key even if the engine repeats it`, async () => {
      const url = await saying((_, res) => void res.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(`no, ${KEY}`));
      await assert.rejects(submit(client(url).remote), failing(code));
    });

  test('a refused connection and an engine that hangs are PROVIDER_UNAVAILABLE, within the time limit', async () => {
    await assert.rejects(submit(client('http://127.0.0.1:1').remote), failing('PROVIDER_UNAVAILABLE'));
    const there = await engine();
    there.mood = 'hangs';
    const begun = performance.now();
    await assert.rejects(ask(client(there.url, { ask_ms: 100 }).remote), failing('PROVIDER_UNAVAILABLE'));
    assert.ok(performance.now() - begun < 2_000);
  });

  test('whoever gives up gets its own reason, and the engine is not blamed', async () => {
    const there = await engine();
    there.mood = 'hangs';
    const { remote, recogniser } = client(there.url);
    for (let round = 0; round < 6; round++) {
      const leaving = new AbortController();
      const asked = remote.ask({ ...OF, task_id: 't1', work_id: 'w.1', provider_job_id: 'p' }, leaving.signal);
      leaving.abort(new Error('I leave'));
      await assert.rejects(asked, /I leave/);
    }
    assert.equal(recogniser.reachable?.(), true);
  });

  test('after five failures in a row it is left alone, tried again later, and back at once when it answers', async () => {
    let requests = 0;
    let status = 500;
    const url = await saying((_, res) => {
      requests += 1;
      res.writeHead(status).end('{}');
    });
    const { remote, recogniser } = client(url, { probe_after_ms: 50 });
    for (let round = 0; round < 8; round++) await assert.rejects(ask(remote), failing('PROVIDER_UNAVAILABLE'));
    assert.deepEqual([requests, recogniser.reachable?.()], [5, false]);
    status = 404;
    const status_again = await until('it is tried again', () => ask(remote).catch(() => null));
    assert.deepEqual([status_again, recogniser.reachable?.()], [{ status: 'unknown' }, true]);
  });

  test('Retry-After is heeded by all calls', async () => {
    let requests = 0;
    const url = await saying((_, res) => {
      requests += 1;
      res.writeHead(429, { 'retry-after': '30' }).end();
    });
    const { remote, recogniser } = client(url);
    for (let round = 0; round < 3; round++) await assert.rejects(ask(remote), failing('PROVIDER_UNAVAILABLE'));
    assert.deepEqual([requests, recogniser.reachable?.()], [1, false]);
  });
});

describe('what cannot be used is PROVIDER_BAD_RESULT', () => {
  const good = { page: 1, text: 'a', confidence: 1, words: [] };
  const done = (pages: unknown) => JSON.stringify({ status: 'done', provider_job_id: 'p', pages });
  const answers: Record<string, string | Buffer> = {
    'no JSON': '<html>',
    'no UTF-8': Buffer.concat([
      Buffer.from('{"status":"working","provider_job_id":"p","x":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]),
    'another status': JSON.stringify({ status: 'paused', provider_job_id: 'p' }),
    'no pages': JSON.stringify({ status: 'done', provider_job_id: 'p' }),
    'a ticket with a line end': JSON.stringify({ status: 'working', provider_job_id: 'p\nq' }),
    'a ticket that leads elsewhere': JSON.stringify({ status: 'working', provider_job_id: '..' }),
    'a box far outside': done([{ ...good, words: [{ ...word, x: 7 }] }]),
    'a confidence in percent': done([{ ...good, confidence: 97 }]),
    'a number that is none': done([{ ...good, confidence: 1 }]).replace('"confidence":1', '"confidence":1e999'),
    'text without end': done([{ ...good, text: 'x'.repeat(1_000_001) }]),
    'words without end': done([{ ...good, words: Array.from({ length: 50_001 }, () => word) }]),
    'more bytes than are read': ' '.repeat(9 * 1024 * 1024),
  };
  for (const [name, answer] of Object.entries(answers))
    test(name, async () => {
      const url = await saying((_, res) => void res.end(answer));
      await assert.rejects(ask(client(url).remote), failing('PROVIDER_BAD_RESULT'));
    });

  test('control characters and broken characters are taken out, boxes kept on the page, unknown fields left out', async () => {
    const odd = [{ ...good, text: 'a\u0000b\r\nc\ud800', words: [{ ...word, text: 'a\u001b', x: -0.001 }], colour: 'red' }];
    const url = await saying((_, res) => void res.end(done(odd)));
    const read = { page: 1, text: 'ab\nc', confidence: 1, words: [{ ...word, text: 'a', x: 0 }] };
    assert.deepEqual(await ask(client(url).remote), { status: 'done', pages: [read] });
  });

  test('a failure of the engine is one of ours, retryable or not as it says', async () => {
    const failed = (retryable: boolean) =>
      JSON.stringify({ status: 'failed', provider_job_id: 'p', failure: { retryable, detail: 'why' } });
    const answers: string[] = [failed(true), failed(false)];
    const url = await saying((_, res) => void res.end(answers.shift()));
    const { remote } = client(url);
    assert.deepEqual(
      [await ask(remote), await ask(remote)],
      [
        { status: 'failed', failure: { code: 'OCR_CRASHED', retryable: true, detail: 'why' } },
        { status: 'failed', failure: { code: 'PROVIDER_REFUSED', retryable: false, detail: 'why' } },
      ],
    );
  });

  test('a key that fits in no header is refused at once, and not told', () => {
    assert.throws(
      () => remoteOcr({ url: 'http://x', api_key: 'sk-\nsecret', callback_url: null, clock }),
      (error) => error instanceof Error && !error.message.includes('secret'),
    );
  });
});
