/** Files that are made to harm: each fails alone, in time, and leaves nothing behind. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { FailureCode } from '../../../contract/failures.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { decodeBudget } from '../../../services/formats/budget.ts';
import { openIsolated } from '../../../services/formats/isolated.ts';
import { desk, LIMITS } from '../../worlds/inspected.ts';
import { HEIC } from '../../worlds/other-files.ts';
import { LOCKED, line, pdf } from '../../worlds/pdf-file.ts';
import { cut, plain } from '../../worlds/wrong-pictures.ts';

const TEXT = line(72, 700, 12, 'The quarterly report of the harbour');
const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker').length;

describe('a file that is refused', () => {
  afterEach(() => assert.equal(threads(), 0, 'no thread is left'));
  const refused = async (bytes: Uint8Array, code: FailureCode) => {
    const verdict = await desk().inspected(bytes);
    assert.ok(verdict.verdict === 'illegal', JSON.stringify(verdict));
    assert.equal(verdict.code, code, verdict.detail);
  };
  test('a PDF with a password', () => refused(pdf([{ content: TEXT }], { trailer: LOCKED }), 'PASSWORD_PROTECTED'));
  test('a PDF without pages', () => refused(pdf([]), 'NO_PAGES'));
  test('a PDF that says it has more pages than it has', () => {
    const lies = pdf([{ content: TEXT }])
      .toString('latin1')
      .replace('/Count 1', '/Count 9');
    return refused(Buffer.from(lies, 'latin1'), 'TRUNCATED_IMAGE');
  });
  for (const share of [0.1, 0.6])
    test(`${share * 100}% of a PDF`, () => refused(cut(pdf([{ content: TEXT }]), share), 'TRUNCATED_IMAGE'));
  for (const share of [0.3, 0.95]) test(`${share * 100}% of a HEIC`, () => refused(cut(HEIC, share), 'TRUNCATED_IMAGE'));
  test('text that begins like a BMP', () =>
    refused(Buffer.from('BM is a brand, and this is no picture at all of anything'), 'NOT_AN_IMAGE'));
  test('half an AVIF, a GIF and a TIFF', async () => {
    const noise = plain(300, 200);
    for (const bytes of [await noise.avif().toBuffer(), await noise.gif().toBuffer(), await noise.tiff().toBuffer()])
      await refused(cut(bytes, 0.5), 'TRUNCATED_IMAGE');
  });
});

describe('a thread of its own', () => {
  const opened = (given: Partial<Parameters<typeof openIsolated>[2]> = {}) =>
    openIsolated('pdf', pdf([{ content: TEXT }]), {
      ...{ limits: LIMITS, clock: systemClock(), signal: new AbortController().signal, budget: decodeBudget(pdf([]), LIMITS) },
      ...given,
    });
  const A4 = { width: 1_654, height: 2_339 };

  test('is refused more memory than a page may need, and the next file is read', async () => {
    const file = await opened();
    const too_large = { page: 1, size: { width: 30_000, height: 12_000 } };
    await assert.rejects(file.ask('draw', too_large), { code: 'DECODE_LIMIT' });
    assert.equal(threads(), 0);
    assert.equal((await desk().inspected(pdf([{ content: TEXT }]))).verdict, 'legal');
  });

  test('is ended in the middle of a page when its time is over, which is not tried again by itself', async () => {
    let over = () => {};
    const after = (_: number, then: () => void) => {
      over = then;
      return { cancel: () => {} };
    };
    const file = await opened({ clock: { ...systemClock(), after } });
    const drawing = file.ask('draw', { page: 1, size: A4 });
    over();
    await assert.rejects(
      drawing,
      (error) => error instanceof StepError && error.failure.code === 'DECODE_LIMIT' && !error.failure.retryable,
    );
    assert.equal(threads(), 0);
  });

  test('is ended in the middle of a page when its run is given up', async () => {
    const run = new AbortController();
    const file = await opened({ signal: run.signal });
    const drawing = file.ask('draw', { page: 1, size: A4 });
    run.abort(new Error('given up'));
    await assert.rejects(drawing, /given up/);
    assert.equal(threads(), 0);
  });

  test('is open to a file of an organisation that has none, while another has all', { timeout: 60_000 }, async () => {
    const files = await Promise.all(Array.from({ length: 4 }, () => opened({ owner: 'much' })));
    const giving_up = new AbortController();
    const fifth = opened({ owner: 'much', signal: giving_up.signal });
    const other = await opened({ owner: 'little' }); // nobody rests
    giving_up.abort(new Error('it waited'));
    await assert.rejects(fifth, /it waited/);
    await Promise.all([other, ...files].map((file) => file.end()));
    assert.equal(threads(), 0);
  });

  test('is given up by a file at rest when another waits, and started anew when it is needed', { timeout: 60_000 }, async () => {
    const files = await Promise.all([opened(), opened(), opened(), opened()]);
    const fifth = opened();
    await Promise.all(files.map((file) => file.rest()));
    const last = await fifth;
    assert.equal(threads(), 1, 'the others gave up theirs, and each has one at most');
    const drawn = await Promise.all(files.map((file) => file.ask('read', { page: 1 }).finally(() => file.end())));
    assert.deepEqual(
      drawn.map((page) => page?.read.text),
      files.map(() => 'The quarterly report of the harbour'),
    );
    await last.end();
    assert.equal(threads(), 0);
  });
});
