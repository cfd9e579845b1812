/** `POST /v1/callbacks/…`: who is believed, and what is answered. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { CallbackAddress, CallbackExpected, CallbackOutcome, CallbackTo } from '../../../http/context.ts';
import { HTTP_LIMITS } from '../../../http/limits.ts';
import { callbackVerifier } from '../../../providers/remote-ocr/signature.ts';
import { type HttpWorld, httpWorld } from '../../worlds/http-world.ts';
import { SECRET } from '../../worlds/ocr-engine.ts';
import { until } from '../../worlds/wait.ts';

const OTHER = `whsec_${Buffer.from('another secret, of somebody else').toString('base64')}`;
const BEFORE = `whsec_${Buffer.from('the secret before, not yet gone').toString('base64')}`;
const RESOURCE = '01890a5d-ac96-774b-bcce-b302099a8057';
const TASK = '01890a5d-ac96-774b-bcce-b302099a8058';
const ADDRESS = `/v1/callbacks/${RESOURCE}/${TASK}?order=2&signature=s`;
const BODY = JSON.stringify({ task_id: TASK, provider_job_id: 'p', status: 'done', pages: [] });

let world: HttpWorld;
let heard: CallbackTo[] = [];
let outcome: CallbackOutcome | Error = { outcome: 'told' };
let expected: CallbackExpected = 'under_way';
let looked: CallbackAddress[] = [];
let counted: string[] = [];
before(async () => {
  const receive = async (to: CallbackTo) => {
    if (outcome instanceof Error) throw outcome;
    heard.push(to);
    return outcome;
  };
  world = await httpWorld({
    callbacks: {
      counts: { add: (of) => void counted.push(of) },
      ...callbackVerifier({ current: SECRET, previous: BEFORE }),
      expected: async (address) => {
        looked.push(address);
        return expected;
      },
      receive,
    },
    limits: { ...HTTP_LIMITS, max_callback_bytes: 10_000, max_late_callback_bytes: 1_000, max_unverified_bytes: 15_000 },
  });
});
after(() => world.stop());
beforeEach(() => {
  heard = [];
  looked = [];
  counted = [];
  expected = 'under_way';
  outcome = { outcome: 'told' };
});

type Signing = { secret?: string; id?: string; at?: number; body?: string };
const seconds = (at: number) => String(Math.floor(at / 1_000));
function signed({ secret = SECRET, id = 'm1', at = Date.now(), body = BODY }: Signing = {}): Record<string, string> {
  const signature = new Webhook(secret).sign(id, new Date(at), body);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': seconds(at),
    'webhook-signature': signature,
  };
}
const post = (headers: Record<string, string>, raw: string | Uint8Array<ArrayBuffer> = BODY, address = ADDRESS) =>
  world.call('POST', address, { key: null, headers, raw });
const codeOf = (json: unknown) => (json as { code?: string } | null)?.code; // a problem of ours
const without = (headers: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

describe('a callback', () => {
  test('with our signature is handed on with its id and its body, and answered 200 by what became of it', async () => {
    for (const said of ['told', 'kept', 'known'] as const) {
      outcome = { outcome: said };
      const { status, json } = await post(signed());
      assert.deepEqual([status, json], [200, { outcome: said }]);
    }
    assert.deepEqual(counted, ['taken', 'stale', 'repeated']);
    assert.deepEqual(heard[0], { resource_id: RESOURCE, task_id: TASK, order: 2, signature: 's', webhook_id: 'm1', body: BODY });
  });

  test('is believed by one good signature among several: keys are changed that way', async () => {
    const headers = signed();
    const both = `${signed({ secret: OTHER })['webhook-signature']} ${headers['webhook-signature']}`;
    assert.equal((await post({ ...headers, 'webhook-signature': both })).status, 200);
  });

  test('is believed by the secret before the current one, while that is named', async () => {
    assert.equal((await post(signed({ secret: BEFORE }))).status, 200);
    assert.equal(
      callbackVerifier({ current: SECRET }).verify(Buffer.from(BODY), signed({ secret: BEFORE })),
      null,
      'and not later',
    );
    const no_json = signed({ secret: BEFORE, body: '{' });
    assert.equal((await post(no_json, '{')).status, 400, 'what is signed and no JSON is told so, by either secret');
  });

  const now = Date.now();
  for (const [what, headers, body] of [
    ['of another secret', () => signed({ secret: OTHER }), BODY],
    ['of another body', () => signed({ body: `${BODY} ` }), BODY],
    ['of another message', () => ({ ...signed(), 'webhook-id': 'm2' }), BODY],
    ['of another time', () => ({ ...signed(), 'webhook-timestamp': seconds(now - 60_000) }), BODY],
    ['from 6 minutes ago', () => signed({ at: now - 360_000 }), BODY],
    ['from 6 minutes ahead', () => signed({ at: now + 360_000 }), BODY],
    [
      'of another scheme',
      () => ({ ...signed(), 'webhook-signature': String(signed()['webhook-signature']).replace('v1,', 'v2,') }),
      BODY,
    ],
    ['that is empty', () => ({ ...signed(), 'webhook-signature': 'v1,' }), BODY],
    ['without an id', () => without(signed(), 'webhook-id'), BODY],
    ['without a time', () => without(signed(), 'webhook-timestamp'), BODY],
    ['that is not there', () => without(signed(), 'webhook-signature'), BODY],
    ['with an id without end', () => signed({ id: 'm'.repeat(201) }), BODY],
  ] as const)
    test(`with a signature ${what} is 401, and nobody hears of it`, async () => {
      const { status, json } = await post(headers(), body);
      assert.deepEqual([status, codeOf(json), heard, counted], [401, 'UNAUTHENTICATED', [], ['forged']]);
    });

  test('that is signed, but no JSON, of another task, or not of the protocol, is told so', async () => {
    const bytes = new Uint8Array([0xff]);
    const at = Date.now();
    const signature = `v1,${createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
      .update(`m1.${seconds(at)}.`)
      .update(bytes)
      .digest('base64')}`;
    const answers = [await post({ ...signed({ at }), 'webhook-signature': signature }, bytes)];
    for (const body of ['{', JSON.stringify({ status: 'done' }), BODY.replace(TASK, RESOURCE)])
      answers.push(await post(signed({ body }), body));
    outcome = { outcome: 'unusable', detail: 'no pages' };
    const unusable = await post(signed());
    assert.deepEqual(
      [...answers, unusable].map(({ status, json }) => [status, codeOf(json)]),
      [
        [400, 'BAD_JSON'],
        [400, 'BAD_JSON'],
        [422, 'INVALID'],
        [422, 'INVALID'],
        [422, 'INVALID'],
      ],
    );
    assert.ok(unusable.text.includes('no pages'));
    assert.deepEqual(counted, ['unusable']);
  });

  for (const why of ['unknown', 'forged'] as const)
    test(`to an address that is ${why} is 404, is counted as that, and leaves one line in the log`, async () => {
      const before = await world.everything();
      const lines = world.log.length;
      expected = why;
      assert.equal((await post(signed())).status, 404);
      expected = 'under_way';
      outcome = { outcome: why }; // gone while its body came
      assert.equal((await post(signed())).status, 404);
      assert.deepEqual(counted, [why, why]);
      const events = world.log.slice(lines).map((line) => JSON.parse(line).event);
      assert.deepEqual(events, [`callback.${why}`, 'request.finished', `callback.${why}`, 'request.finished']);
      assert.deepEqual([await world.everything(), heard.length], [before, 1], 'nothing is kept');
    });

  test('to an address of no form is 404', async () => {
    assert.equal((await post(signed(), BODY, `/v1/callbacks/nothing/${TASK}`)).status, 404);
    assert.equal((await post(signed(), BODY, `/v1/callbacks/${RESOURCE}/nothing`)).status, 404);
  });

  test('that can not be kept is no 2xx, so that it comes again', async () => {
    outcome = new Error('the database is away');
    assert.equal((await post(signed())).status, 500);
  });

  test('is bounded before it is read, signed or not', async () => {
    const body = JSON.stringify({ task_id: TASK, more: 'x'.repeat(10_000) });
    const { status, json } = await post(signed({ body }), body);
    assert.deepEqual([status, codeOf(json), heard], [413, 'TOO_LARGE', []]);
  });

  test('to a task that is not under way may be short only', async () => {
    const body = JSON.stringify({ task_id: TASK, more: 'x'.repeat(2_000) });
    assert.equal((await post(signed({ body }), body)).status, 200);
    expected = 'earlier';
    assert.equal((await post(signed({ body }), body)).status, 413);
    assert.equal((await post(signed())).status, 200);
  });
});

/** A request whose body never comes; what is answered to its headers. */
async function headersOf(headers: Record<string, string>, length: number | null, address = ADDRESS) {
  const socket = connect(world.port, '127.0.0.1');
  const size = length === null ? 'transfer-encoding: chunked' : `content-length: ${length}`;
  const lines = Object.entries({ host: 'x', ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write([`POST ${address} HTTP/1.1`, ...lines, size, '', ''].join('\r\n'));
  let text = '';
  socket.setEncoding('utf8').on('data', (said: string) => {
    text += said;
  });
  return { status: () => text.slice(9, 12), end: () => socket.destroy() };
}

describe('before the body of a callback is read', () => {
  for (const [what, headers] of [
    ['no signature headers', () => ({ 'content-type': 'application/json' })],
    ['a time 6 minutes off', () => signed({ at: Date.now() - 360_000 })],
    ['a time that is none', () => ({ ...signed(), 'webhook-timestamp': 'now' })],
    ['a signature of no form', () => ({ ...signed(), 'webhook-signature': 'v1,short' })],
    ['no id', () => without(signed(), 'webhook-id')],
  ] as const)
    test(`${what} is 401, and no resource is looked up`, async () => {
      const request = await headersOf(headers(), 9_000);
      await until('it is answered', () => request.status() === '401');
      request.end();
      assert.deepEqual(looked, []);
    });

  test('an address that was not given out is 404', async () => {
    expected = 'unknown';
    const request = await headersOf(signed(), 9_000);
    await until('it is answered', () => request.status() === '404');
    request.end();
  });

  test('all bodies under way share a bound, whatever length they name: who comes then is told to come again', async () => {
    const held = await headersOf(signed(), 9_000);
    await until('it is let in', () => looked.length === 1);
    const more = await headersOf(signed(), null);
    await until('no room for it', () => more.status() === '503');
    more.end();
    assert.equal((await post(signed())).status, 200, 'a short one still fits');
    const body = JSON.stringify({ task_id: TASK, more: 'x'.repeat(9_000) });
    assert.equal((await post(signed({ body }), body)).status, 503);
    held.end();
    await until('there is room again', async () => (await post(signed({ body }), body)).status === 200);
  });
});

test('without a secret there are no callbacks: 404', async () => {
  const open = await httpWorld();
  try {
    assert.equal((await open.call('POST', ADDRESS, { key: null, headers: signed(), raw: BODY })).status, 404);
  } finally {
    await open.stop();
  }
});

test('a secret that is none is said at once, and not repeated', () => {
  assert.throws(() => callbackVerifier({ current: 'whsec_%%%' }), /is not whsec_/);
});
