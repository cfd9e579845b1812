/** The embedder behind an OpenAI-compatible API, against a server in this process. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, test } from 'node:test';
import { openAiEmbeddings } from '../../providers/openai-embeddings.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { until } from '../worlds/wait.ts';

const KEY = 'sk-a-very-secret-key';
const clock = systemClock();
const never = new AbortController().signal;
type Asked = { model: string; input: string[] };
type Answer = (asked: Asked, res: ServerResponse, req: IncomingMessage) => void;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
/** A server with the requests that it had. */
async function server(answer: Answer): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const listening = createServer(async (req, res) => {
    const request: Asked = JSON.parse(await textOf(req));
    asked.push(request);
    answer(request, res, req);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  stops.push(async () => {
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  });
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v1`, asked }; // it listens
}
/** A text of n characters is (n, 0, 1), not of unit length. */
const embeddingOf = (text: string) => [text.length, 0, 1];
const data = (input: string[]) => input.map((text, index) => ({ object: 'embedding', index, embedding: embeddingOf(text) }));
const well: Answer = ({ input }, res) => void res.end(JSON.stringify({ object: 'list', data: data(input) }));

const embedder = (
  url: string,
  limits: { time_ms?: number; patience_ms?: number; wait_ms?: number; probe_after_ms?: number } = {},
) => openAiEmbeddings({ url, api_key: KEY, model: 'small', dimension: 3, clock, limits });
const unit = (text: string) => {
  const vector = embeddingOf(text);
  return Float32Array.from(vector, (value) => value / Math.hypot(...vector));
};
const failing = (code: string, retryable: boolean) => (error: unknown) => {
  assert.ok(error instanceof StepError, String(error));
  assert.deepEqual([error.failure.code, error.failure.retryable], [code, retryable], error.message);
  assert.ok(!JSON.stringify([error.message, String(error.cause), error.stack]).includes(KEY), 'the key is in no error');
  return true;
};

describe('embeddings by an OpenAI-compatible API', () => {
  test('asks for the model with the key, and answers unit vectors in the order of the texts, whatever order they come in', async () => {
    let shown: string | undefined;
    const { url, asked } = await server(({ input }, res, req) => {
      shown = `${req.method} ${req.url} ${req.headers.authorization}`;
      res.end(JSON.stringify({ data: data(input).reverse() }));
    });
    assert.deepEqual(await embedder(url).embed(['a', 'bcd', '你好'], never), [unit('a'), unit('bcd'), unit('你好')]);
    assert.equal(shown, `POST /v1/embeddings Bearer ${KEY}`);
    assert.deepEqual(asked, [{ model: 'small', input: ['a', 'bcd', '你好'], encoding_format: 'float' }]);
  });

  test('what arrives together is asked together, at most 16 texts at once; the same text twice is two', async () => {
    const { url, asked } = await server(well);
    const small = embedder(url);
    const texts = [...Array.from({ length: 38 }, (_, i) => 'x'.repeat(i + 1)), 'x', 'x'];
    const vectors = await Promise.all(texts.map(async (text) => (await small.embed([text], new AbortController().signal))[0]));
    assert.deepEqual(vectors, texts.map(unit));
    assert.deepEqual(
      asked.map(({ input }) => input.length),
      [16, 16, 8],
    );
  });

  for (const [what, answer] of Object.entries({
    'another dimension': [{ index: 0, embedding: [1, 0] }],
    'no number': [{ index: 0, embedding: [1, null, 0] }],
    'zero, which has no direction': [{ index: 0, embedding: [0, 0, 0] }],
    'one too many': [...data(['a']), { index: 1, embedding: [1, 0, 0] }],
    'one twice': [...data(['a']), ...data(['a'])],
    'one of another text': [{ index: 1, embedding: [1, 0, 0] }],
    none: [],
  }))
    test(`a vector that is no vector is refused: ${what}`, async () => {
      const { url } = await server((_, res) => void res.end(JSON.stringify({ data: answer })));
      await assert.rejects(embedder(url).embed(['a'], never), failing('PROVIDER_BAD_RESULT', true));
    });

  for (const raw of ['{"data":[{"index":0,"embedding":[NaN,0,1]}]}', '{"data":[{"index":0,"embedding":[1e999,0,1]}]}', '<html>'])
    test(`no numbers are made up from ${raw}`, async () => {
      const { url } = await server((_, res) => void res.end(raw));
      await assert.rejects(embedder(url).embed(['a'], never), failing('PROVIDER_BAD_RESULT', true));
    });

  test('one text that is refused does not take those beside it along', async () => {
    const { url } = await server((asked, res) => {
      if (asked.input.includes('bad')) res.writeHead(400).end(`{"error":{"message":"too long; your key is ${KEY}"}}`);
      else well(asked, res, res.req);
    });
    const small = embedder(url);
    const [first, bad, last] = await Promise.allSettled(['a', 'bad', 'cc'].map((text) => small.embed([text], never)));
    assert.deepEqual([first?.status, last], ['fulfilled', { status: 'fulfilled', value: [unit('cc')] }]);
    assert.ok(bad?.status === 'rejected' && failing('PROVIDER_REFUSED', false)(bad.reason));
  });

  test('one text whose vector can not be used does not take those beside it along', async () => {
    const { url } = await server((asked, res) => {
      const data = asked.input.map((text, index) => ({ index, embedding: text === 'bad' ? [] : unit(text) }));
      res.end(JSON.stringify({ data: data.map(({ index, embedding }) => ({ index, embedding: [...embedding] })) }));
    });
    const small = embedder(url);
    const [first, bad, last] = await Promise.allSettled(['a', 'bad', 'cc'].map((text) => small.embed([text], never)));
    assert.deepEqual([first?.status, bad?.status, last?.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.ok(bad?.status === 'rejected' && failing('PROVIDER_BAD_RESULT', true)(bad.reason));
  });

  test('a short pause that it asks for is waited for; a long one is PROVIDER_UNAVAILABLE, and it is left alone meanwhile', async () => {
    let long = false;
    const { url, asked } = await server((request, res) => {
      if (asked.length === 1 || long) res.writeHead(429, { 'retry-after': long ? '30' : '1' }).end('{}');
      else well(request, res, res.req);
    });
    const small = embedder(url, { patience_ms: 2_000 });
    const begun = performance.now();
    assert.deepEqual(await small.embed(['a'], never), [unit('a')]);
    const waited_ms = performance.now() - begun;
    assert.ok(waited_ms >= 990, `waited ${waited_ms} ms`);
    long = true;
    for (let round = 0; round < 3; round++)
      await assert.rejects(small.embed(['a'], never), failing('PROVIDER_UNAVAILABLE', true));
    assert.deepEqual([asked.length, small.reachable?.()], [3, false]);
  });

  test('an outage is told at once after five failures, and is over with the first answer', async () => {
    let away = true;
    const { url, asked } = await server((request, res) => {
      if (away) res.writeHead(502).end();
      else well(request, res, res.req);
    });
    const small = embedder(url, { probe_after_ms: 50 });
    for (let round = 0; round < 9; round++)
      await assert.rejects(small.embed(['a'], never), failing('PROVIDER_UNAVAILABLE', true));
    assert.deepEqual([asked.length, small.reachable?.()], [5, false]);
    away = false;
    assert.deepEqual(await until('it answers', () => small.embed(['a'], never).catch(() => null)), [unit('a')]);
    assert.equal(small.reachable?.(), true);
  });

  test('one that hangs is PROVIDER_UNAVAILABLE within the time limit; a caller that leaves is not held', async () => {
    const { url } = await server(() => {});
    await assert.rejects(embedder(url, { time_ms: 100 }).embed(['a'], never), failing('PROVIDER_UNAVAILABLE', true));
    const leaving = new AbortController();
    const left = embedder(url, { time_ms: 1_000 }).embed(['a'], leaving.signal);
    leaving.abort(new Error('I leave'));
    await assert.rejects(left, /I leave/);
  });

  test('whoever waits too long for those before it is told that the provider is unavailable, before its run is over', async () => {
    const { url } = await server(() => {});
    await assert.rejects(embedder(url, { wait_ms: 50 }).embed(['a'], never), failing('PROVIDER_UNAVAILABLE', true));
  });
});
