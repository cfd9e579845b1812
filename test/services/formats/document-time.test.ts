/** What decoders may take over one document in all: by its bytes, so that a small file can't hold a place as long as a large one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../../runtime/async/clock.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { decodeBudget } from '../../../services/formats/budget.ts';
import { openFile } from '../../../services/formats/registry.ts';
import { desk, LIMITS } from '../../worlds/inspected.ts';
import { tiffOf } from '../../worlds/other-files.ts';
import { line, pdf } from '../../worlds/pdf-file.ts';
import { plain } from '../../worlds/wrong-pictures.ts';

/** Each look at this clock is a second later than the one before: whatever is measured took at least so long. */
function slowClock() {
  let now = 0;
  return {
    ...systemClock(),
    elapsed: () => {
      now += 1_000;
      return now;
    },
  };
}
const MIB = 1_024 * 1_024;
const content = line(72, 700, 12, 'The quarterly report of the harbour');
const pages = (count: number, size = 0) =>
  pdf(Array.from({ length: count }, () => ({ content: content + (size > 0 ? `\n% ${'x'.repeat(size)}` : '') })));
const FILES: Record<string, (count: number) => Promise<Uint8Array>> = {
  'a PDF': async (count) => pages(count),
  'a TIFF': async (count) => tiffOf(Array.from({ length: count }, () => plain(30, 40))),
};
const tooLong = (error: unknown) =>
  error instanceof StepError &&
  error.failure.code === 'DECODE_LIMIT' &&
  !error.failure.retryable &&
  /document as a whole/.test(error.failure.detail);

describe('the time of a document as a whole', () => {
  for (const [name, file] of Object.entries(FILES)) {
    test(`${name} of many pages, each within its own limit, is stopped once all together are beyond`, async () => {
      const { inspected, objects } = desk({ clock: slowClock(), limits: { document_time_limit_ms: 6_000 } });
      await assert.rejects(inspected(await file(20)), tooLong);
      const previews = (await objects.list('org/res/task-1/', 1_000)).filter(({ key }) => key.includes('320'));
      assert.ok(previews.length < 10, `${previews.length} pages were drawn`);
    });

    test(`${name} of few pages is not`, async () => {
      const { inspected } = desk({ clock: slowClock(), limits: { document_time_limit_ms: 6_000 } });
      assert.equal((await inspected(await file(3))).verdict, 'legal');
    });
  }

  test('a document of more bytes has more time: whoever sends it has sent them', async () => {
    const large = pages(6, MIB);
    const small = pages(6);
    const within = { clock: slowClock(), limits: { document_time_limit_ms: 5_000 } };
    assert.equal((await desk(within).inspected(large)).verdict, 'legal');
    await assert.rejects(desk(within).inspected(small), tooLong);
  });

  test('recognition has its own limit, which is as final', async () => {
    const limits = { document_time_limit_ms: 20_000 };
    const { inspected, recognised } = desk({ limits });
    assert.equal((await inspected(await pdfOfPictures(6))).verdict, 'legal');
    await recognised();
    const late = desk({ clock: slowClock(), limits: { document_time_limit_ms: 2_000 } });
    await late.objects.put('org/res/task-1/original', one(await pdfOfPictures(6)), LIMITS.max_bytes);
    await assert.rejects(late.recognised(), tooLong);
  });

  test('waiting for a place to decode at takes none of it', async () => {
    const limits = { ...LIMITS, document_time_limit_ms: 60_000 };
    const signal = new AbortController().signal;
    const open = (clock = systemClock()) => openFile(pages(1), { limits, clock, signal });
    const held = await Promise.all(Array.from({ length: 4 }, () => open({ ...systemClock(), elapsed: () => 0 })));
    let now = 0;
    const waiting = open({ ...systemClock(), elapsed: () => now });
    now = 1_000_000;
    await Promise.all(held.map((file) => file.close()));
    const file = await waiting;
    assert.ok(await file.ownText(1));
    await file.close();
  });

  test('by bytes: 17 KB have a minute, 50 MiB less than a run has', () => {
    const limits = { document_time_limit_ms: 60_000 };
    const of = (byteLength: number) => decodeBudget({ byteLength }, limits).leftMs();
    assert.ok(of(17_000) < 61_000);
    assert.ok(of(50 * MIB) > 200_000 && of(50 * MIB) < 240_000);
  });
});

/** Without text of their own, so that each page is recognised. */
const pdfOfPictures = async (count: number) => pdf(Array.from({ length: count }, () => ({ content: '0 0 10 10 re f' })));
async function* one(bytes: Uint8Array) {
  yield Buffer.from(bytes);
}
