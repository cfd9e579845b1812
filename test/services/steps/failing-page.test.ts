/** A document of which one page can't be read: the others are there, and the page says so; and what is no fault of a page ends the run. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FailureCode, failureOf } from '../../../contract/failures.ts';
import { previewKey } from '../../../contract/object-keys.ts';
import { parsedResponse } from '../../../providers/remote-ocr/answer.ts';
import type { PageRead, PictureToRead } from '../../../runtime/ports/providers.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { decodeBudget } from '../../../services/formats/budget.ts';
import type { OwnText } from '../../../services/formats/pages.ts';
import { RejectedFile } from '../../../services/formats/rejected-file.ts';
import { readPages } from '../../../services/steps/read-pages.ts';
import { desk } from '../../worlds/inspected.ts';
import { tiffOf } from '../../worlds/other-files.ts';
import { line, pdfOf } from '../../worlds/pdf-file.ts';
import { plain } from '../../worlds/wrong-pictures.ts';

const error = (code: FailureCode) => new StepError(failureOf(code, 'why'));
const never = new AbortController().signal;
const word = (text: string) => ({ text, confidence: 0.9, words: [] });
const own = (text: string): OwnText => ({ read: word(text), is_whole: false });

/** A document of so many pages; `fails`: by page, what each of its attempts throws. */
async function read(
  pages: number,
  fails: Record<number, unknown[]>,
  { owns = {}, signal = never }: { owns?: Record<number, OwnText>; signal?: AbortSignal } = {},
) {
  const asked: number[] = [];
  const reads = async (page: number): Promise<PageRead> => {
    asked.push(page);
    const thrown = fails[page]?.shift();
    if (thrown !== undefined) throw thrown;
    return word(`read ${page}`);
  };
  const sizes = Array.from({ length: pages }, () => ({ width: 10, height: 10 }));
  const file = { sizes, ownText: async (page: number) => owns[page] ?? null };
  const done = readPages(file, { own_text: null }, signal, { read: reads, readLines: reads });
  const { pages: all, remarks } = await done.catch((cause: unknown) =>
    Promise.reject(Object.assign(new Error('ended'), { cause, asked })),
  );
  return { texts: all.map(({ text }) => text), remarks: remarks.map(({ code, page, detail }) => [code, page, detail]), asked };
}
const ends = async (reading: Promise<unknown>, cause: unknown, asked: number[]) =>
  assert.rejects(reading, (thrown: { cause: unknown; asked: number[] }) => {
    assert.equal(thrown.cause, cause);
    assert.deepEqual(thrown.asked, asked);
    return true;
  });

describe('a page that fails by its own fault', () => {
  test('is tried once more after the others, and then it has a remark', async () => {
    const { texts, remarks, asked } = await read(3, { 2: [error('OCR_CRASHED'), error('OCR_TIMEOUT')] });
    assert.deepEqual(texts, ['read 1', '', 'read 3']);
    assert.deepEqual(remarks, [['page_unread', 2, 'OCR_TIMEOUT: why']]);
    assert.deepEqual(asked, [1, 2, 3, 2]);
  });

  test('and is read at the second attempt, has none', async () => {
    const { texts, remarks } = await read(2, { 1: [error('OCR_CRASHED')] });
    assert.deepEqual([texts, remarks], [['read 1', 'read 2'], []]);
  });

  test('for good is not tried again', async () => {
    for (const final of [error('DECODE_LIMIT'), new RejectedFile('TRUNCATED_IMAGE', 'why')]) {
      const { texts, asked } = await read(2, { 1: [final] });
      assert.deepEqual(
        [texts, asked],
        [
          ['', 'read 2'],
          [1, 2],
        ],
      );
    }
  });

  test('beside a text of the file leaves that, and says that the picture was not read', async () => {
    const { texts, remarks, asked } = await read(
      1,
      { 1: [error('OCR_CRASHED'), error('OCR_CRASHED')] },
      { owns: { 1: own('RECEIVED') } },
    );
    assert.deepEqual([texts, asked], [['RECEIVED'], [1, 1]]);
    assert.deepEqual(remarks, [['picture_not_read', 1, 'OCR_CRASHED: why']]);
  });

  test('like all others fails the document, whose task has its attempts', async () => {
    const first = error('OCR_CRASHED');
    await ends(read(2, { 1: [first], 2: [error('OCR_TIMEOUT')] }), first, [1, 2]);
    await ends(read(1, { 1: [first] }), first, [1]);
  });
});

describe('what is no fault of a page ends the run', () => {
  const budget = decodeBudget({ byteLength: 1 }, { document_time_limit_ms: 1 });
  const OTHERS = [
    error('PROVIDER_UNAVAILABLE'),
    error('WORKER_LOST'),
    error('STORAGE_FULL'),
    budget.late(),
    new TypeError('ours'),
  ];
  for (const other of OTHERS) test(other.message, () => ends(read(3, { 2: [other] }), other, [1, 2]));

  test('the time limit of the document, whatever the page says then', async () => {
    const late = new AbortController();
    const reason = error('OCR_TIMEOUT');
    const fails = { 2: [error('OCR_CRASHED')] };
    const reading = read(3, fails, { signal: late.signal });
    late.abort(reason);
    await ends(reading, reason, [1]);
  });
});

test('the step keeps what was read, in a file', async () => {
  const reads = async ({ page }: PictureToRead) => {
    if (page === 2) throw error('OCR_CRASHED');
    return word(`read ${page}`);
  };
  const { inspected, recognised } = desk({ read: reads });
  await inspected(await tiffOf([plain(40, 30), plain(20, 50), plain(10, 10)]));
  const { pages, remarks } = await recognised();
  assert.deepEqual(
    pages.map(({ text, width }) => [text, width]),
    [
      ['read 1', 40],
      ['', 20],
      ['read 3', 10],
    ],
  );
  assert.deepEqual(remarks, [{ code: 'page_unread', page: 2, detail: 'OCR_CRASHED: why' }]);
});

/** The second of three pages is this object. */
function withSecond(object: string): Buffer {
  const stream = (text: string) => {
    const content = line(72, 700, 20, text);
    return `<</Length ${content.length}>>stream\n${content}\nendstream`;
  };
  return pdfOf([
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R 4 0 R 5 0 R]/Count 3/MediaBox[0 0 612 792]/Resources<</Font<</F1 6 0 R>>>>>>',
    '<</Type/Page/Parent 2 0 R/Contents 7 0 R>>',
    object,
    '<</Type/Page/Parent 2 0 R/Contents 8 0 R>>',
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    stream('The first page of the report is whole'),
    stream('The last page of the report is whole'),
  ]);
}
for (const object of ['null', '(not a page)', '[1 2 3]', '42'])
  test(`a PDF with a page that is none, ${object}, is taken in, and the others are read`, async () => {
    const { inspected, recognised, objects } = desk();
    const verdict = await inspected(withSecond(object));
    assert.ok(verdict.verdict === 'legal' && verdict.page_count === 3, JSON.stringify(verdict));
    const { pages, remarks } = await recognised();
    assert.deepEqual(
      pages.map(({ text }) => text),
      ['The first page of the report is whole', '', 'The last page of the report is whole'],
    );
    assert.deepEqual(remarks, [{ code: 'page_unread', page: 2, detail: 'TRUNCATED_IMAGE: page 2 cannot be read' }]);
    const previews = await Promise.all([1, 2, 3].map((page) => objects.head(previewKey(verdict.original_key, '320', page))));
    assert.deepEqual(previews.map(Boolean), [true, false, true]);
  });
test('a PDF none of whose pages is one is refused', async () => {
  const none = pdfOf(['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>', 'null', '42']);
  const verdict = await desk().inspected(none);
  assert.ok(verdict.verdict === 'illegal' && verdict.code === 'TRUNCATED_IMAGE', JSON.stringify(verdict));
});

test('a remote engine may give up a page', () => {
  const failure = { retryable: false, detail: 'a page of noise' };
  const { asked } = parsedResponse({
    provider_job_id: 'j',
    status: 'done',
    pages: [
      { page: 1, ...word('x') },
      { page: 2, failure },
    ],
  });
  assert.ok(asked.status === 'done');
  assert.equal(asked.pages[0]?.text, 'x');
  assert.deepEqual(asked.pages[1]?.failure, failureOf('PROVIDER_REFUSED', 'a page of noise'));
});
