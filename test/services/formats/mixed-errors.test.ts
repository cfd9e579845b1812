/** The messages of libvips are one buffer of the process: what is said of a picture is its own, whatever else fails meanwhile. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeSurely } from '../../../services/formats/decode-surely.ts';
import { POISON } from '../../fixtures/poison/make.ts';
import type { Poison } from '../../fixtures/poison/row.ts';
import { desk } from '../../worlds/inspected.ts';

const ROUNDS = 60;
const AT_ONCE = 6;
const rowOf = (name: string) => POISON.flatMap(({ rows }) => rows).find((row) => row.name === name) ?? assert.fail(name);

describe('pictures that fail at the same time', () => {
  test('each is refused with a code of its own', async () => {
    const bytesOf = async (row: Poison) => new Uint8Array(await row.make());
    const unknown = await bytesOf(rowOf('a TIFF of an unknown compression'));
    const others = await Promise.all((POISON.find(({ kind }) => kind === 'Cut off')?.rows ?? []).map(bytesOf));
    const codes: Record<string, number> = {};
    for (let round = 0; round < ROUNDS; round++) {
      const beside = Array.from({ length: AT_ONCE }, (_, i) => others[(round * AT_ONCE + i) % others.length] ?? unknown);
      const [seen] = await Promise.all([unknown, ...beside].map((bytes) => desk().inspected(bytes)));
      const code = seen?.verdict === 'illegal' ? seen.code : 'none';
      codes[code] = (codes[code] ?? 0) + 1;
    }
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
  test('time that ran out is not spent again', async () => {
    const { decode, runs } = saying('timeout: 20% complete');
    await assert.rejects(decodeSurely(decode), { message: /timeout/ });
    assert.equal(runs(), 1);
  });
});
