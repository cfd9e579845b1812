/** A document read by a remote engine: all of its pages are sent, and its answer is of these pages and no others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import { failureOf } from '../../../contract/failures.ts';
import type { PageRead, PictureToRead, Recogniser, RecogniserAsked, RemotePage } from '../../../runtime/ports/providers.ts';
import type { ResourceRow } from '../../../runtime/ports/resources.ts';
import type { StepContext } from '../../../runtime/tasks/step-handler.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { ocr } from '../../../services/steps/ocr.ts';
import { known } from '../../model/known.ts';
import { LIMITS, ORIGINAL } from '../../worlds/inspected.ts';
import { memoryObjects } from '../../worlds/memory-objects.ts';
import { only } from '../../worlds/missing.ts';
import { tiffOf } from '../../worlds/other-files.ts';
import { line, pdf } from '../../worlds/pdf-file.ts';
import { serviceContext } from '../../worlds/service-context.ts';
import { plain } from '../../worlds/wrong-pictures.ts';

const input = { resource_id: 'res', org_id: 'org', original_key: ORIGINAL, order: 0, reading: { own_text: null } };
const remote = known(ocr.remote, 'remote');
const answer = (page: number, text = `read ${page}`): PageRead & { page: number } => ({ page, text, confidence: 0.9, words: [] });

async function world(bytes: Uint8Array, row: Partial<ResourceRow>) {
  const objects = memoryObjects();
  await objects.put(ORIGINAL, one(bytes), LIMITS.max_bytes);
  const sent: PictureToRead[] = [];
  let asked: RecogniserAsked = { status: 'working' };
  const recogniser = only<Recogniser>('recogniser', {
    engine: 'remote host',
    remote: only('remote', {
      submit: async ({ pages }) => {
        sent.push(...(await pages()));
        return { provider_job_id: 'job' };
      },
      ask: async () => asked,
    }),
  });
  const resource = { metadata: { languages: [] }, width: 10, height: 10, ...row } as unknown as ResourceRow;
  const facts = only<StepContext['facts']>('facts', { resources: only('resources', { get: async () => resource }) });
  const context = serviceContext({ objects, recogniser, facts, limits: LIMITS });
  return {
    sent,
    submit: () => remote.submit(input, context),
    ended: async (pages: RemotePage[]) => {
      asked = { status: 'done', pages };
      return remote.ask(input, 'job', context);
    },
    answered: async (pages: RemotePage[]) => {
      asked = { status: 'done', pages };
      const notified = await remote.ask(input, 'job', context);
      assert.ok(notified.status === 'done');
      return notified.output as Awaited<ReturnType<typeof ocr.run>>;
    },
  };
}
async function* one(bytes: Uint8Array) {
  yield Buffer.from(bytes);
}
const three = () => tiffOf([plain(40, 30), plain(20, 50), plain(10, 10)]);
const TIFF = { page_count: 3, content_type: 'image/tiff' };

describe('a remote engine', () => {
  test('gets every page, each of its own size', async () => {
    const { sent, submit } = await world(await three(), TIFF);
    await submit();
    const sizes = await Promise.all(sent.map(async ({ page, png }) => [page, (await sharp(png).metadata()).width]));
    assert.deepEqual(sizes, [
      [1, 40],
      [2, 20],
      [3, 10],
    ]);
  });

  test('that gave up a page leaves the others, with a remark; one that gave up all has failed', async () => {
    const { answered, ended } = await world(await three(), TIFF);
    const gaveUp = (page: number) => ({ ...answer(page, ''), failure: failureOf('OCR_CRASHED', `noise on ${page}`) });
    const { pages, remarks } = await answered([answer(1), gaveUp(2), answer(3)]);
    assert.deepEqual(
      pages.map(({ text }) => text),
      ['read 1', '', 'read 3'],
    );
    assert.deepEqual(remarks, [{ code: 'page_unread', page: 2, detail: 'OCR_CRASHED: noise on 2' }]);
    assert.deepEqual(await ended([gaveUp(1), gaveUp(2), gaveUp(3)]), {
      status: 'failed',
      failure: failureOf('OCR_CRASHED', 'noise on 1'),
    });
  });

  test('may answer the pages in any order', async () => {
    const { answered } = await world(await three(), TIFF);
    const { pages } = await answered([answer(3), answer(1), answer(2)]);
    assert.deepEqual(
      pages.map(({ page, text, width }) => [page, text, width]),
      [
        [1, 'read 1', 40],
        [2, 'read 2', 20],
        [3, 'read 3', 10],
      ],
    );
  });

  for (const [what, pages] of [
    ['a page too few', [1, 2]],
    ['a page too many', [1, 2, 3, 4]],
    ['one page twice', [1, 2, 2]],
  ] as const)
    test(`is not accepted with ${what}`, async () => {
      const { answered } = await world(await three(), TIFF);
      await assert.rejects(
        answered(pages.map((page) => answer(page))),
        (error) =>
          error instanceof StepError && error.failure.code === 'PROVIDER_BAD_RESULT' && /pages 1 to 3/.test(error.message),
      );
    });

  test('leaves to a PDF the text that it has of its own', async () => {
    const text = line(72, 700, 12, 'The quarterly report of the harbour');
    const document = pdf([{ content: '' }, { content: text }]);
    const { answered } = await world(document, { page_count: 2, content_type: 'application/pdf' });
    const { pages, engine } = await answered([answer(1), answer(2, 'The quarterlv rep0rt')]);
    assert.deepEqual(
      pages.map(({ text }) => text),
      ['read 1', 'The quarterly report of the harbour'],
    );
    assert.equal(engine, 'remote host + text of the file');
  });
});
