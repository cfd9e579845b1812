/** The messages of libvips are one buffer of the process: what is said of a picture is its own, whatever else fails meanwhile. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeSurely } from '../../../services/formats/decode-surely.ts';
import { POISON } from '../../fixtures/poison/make.ts';
import type { Poison } from '../../fixtures/poison/row.ts';
import { desk } from '../../worlds/inspected.ts';

const ROUNDS = 60;
const BESIDE = 3;
const rowOf = (name: string) => POISON.flatMap(({ rows }) => rows).find((row) => row.name === name) ?? assert.fail(name);
const bytesOf = async (row: Poison) => new Uint8Array(await row.make());

describe('pictures that fail at the same time', () => {
  test('each is refused with a code of its own', async () => {
    const unknown = await bytesOf(rowOf('a TIFF of an unknown compression'));
    const others = await Promise.all((POISON.find(({ kind }) => kind === 'Cut off')?.rows ?? []).map(bytesOf));
    let over = false;
    const beside = Array.from({ length: BESIDE }, async (_, lane) => {
      for (let n = lane; !over; n += BESIDE) await desk().inspected(others[n % others.length] ?? unknown);
    });
    const codes: Record<string, number> = {};
    for (let round = 0; round < ROUNDS; round++) {
      const seen = await desk().inspected(unknown);
      const code = seen.verdict === 'illegal' ? seen.code : 'none';
      codes[code] = (codes[code] ?? 0) + 1;
    }
    over = true;
    await Promise.all(beside);
    assert.deepEqual(codes, { UNSUPPORTED_FORMAT: ROUNDS });
  });
});

describe('an error that is asked for again', () => {
  const saying = (...messages: (string | null)[]) => {
    let runs = 0;
    const decode = async () => {
      const message = messages[Math.min(runs++, messages.length - 1)];
      if (message !== null) throw new Error(message);
      return 'a picture';
    };
    return { decode, runs: () => runs };
  };
  test('is the one that two runs in a row say', async () => {
    const { decode, runs } = saying('of another', 'of a third', 'its own', 'its own');
    await assert.rejects(decodeSurely(decode), { message: 'its own' });
    assert.equal(runs(), 4);
  });
  test('is no error where the picture can be decoded', async () => {
    assert.equal(await decodeSurely(saying('of another', null).decode), 'a picture');
  });
  test('ends, whatever is said', async () => {
    const { decode, runs } = saying('1', '2', '3', '4', '5', '6', '7', '8', '9');
    await assert.rejects(decodeSurely(decode), { message: '7' });
    assert.equal(runs(), 7);
  });
  test('is not one whose messages were cleared, however often', async () => {
    const { decode, runs } = saying('Unknown error', 'Unknown error', 'Unknown error', 'its own', 'its own');
    await assert.rejects(decodeSurely(decode), { message: 'its own' });
    assert.equal(runs(), 5);
  });
  test("has more than its first line: another's may be below it", async () => {
    const { decode } = saying('first', 'first\nof another', 'first', 'first');
    await assert.rejects(decodeSurely(decode), { message: 'first' });
  });
  test('is not the timeout of another, in a run that was shorter than any limit', async () => {
    const { decode } = saying('timeout: 20% complete', 'its own', 'its own');
    await assert.rejects(decodeSurely(decode), { message: 'its own' });
  });
  test('is taken as it is where many wait to be asked again', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const runs = Array.from({ length: 20 }, () => 0);
    const all = runs.map((_, i) =>
      decodeSurely(async () => {
        runs[i] = (runs[i] ?? 0) + 1;
        if (runs[i] !== 1) await gate;
        throw new Error(`its own ${i}`);
      }).catch((error: Error) => error.message),
    );
    while (runs.some((count) => count === 0)) await new Promise(setImmediate);
    await Promise.race(all.slice(-1));
    assert.equal(runs.at(-1), 1);
    open();
    assert.deepEqual(
      await Promise.all(all),
      runs.map((_, i) => `its own ${i}`),
    );
  });
});
