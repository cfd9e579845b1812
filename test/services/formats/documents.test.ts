/** Documents through the whole real service: every page is read, and found by its own words. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import sharp from 'sharp';
import { readConfig } from '../../../app/config.ts';
import { createService } from '../../../app/create-service.ts';
import { type OpenedPorts, openPorts } from '../../../app/open-ports.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { openFile } from '../../../services/formats/registry.ts';
import { parseQuery } from '../../../text/query.ts';
import { known } from '../../model/known.ts';
import { LIMITS } from '../../worlds/inspected.ts';
import { tiffOf } from '../../worlds/other-files.ts';
import { line, type PdfPage, pdf } from '../../worlds/pdf-file.ts';
import { takeInBytes } from '../../worlds/take-in.ts';
import { until } from '../../worlds/wait.ts';

const SCOPE = { org_id: 'org' };
const LIMIT_MS = 60_000;
const clock = systemClock();
const world = { clock, log: pino({ level: 'silent' }) };
let folder: string;
let ports: OpenedPorts;
let service: ReturnType<typeof createService>;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tuodi-documents-'));
  const { config } = readConfig({ TUODI_DATA_DIR: folder });
  ports = await openPorts(config, () => 'http://localhost', world);
  service = createService(ports, { config }, world);
  await service.start();
});
after(async () => {
  await service.stop();
  await ports.close();
  await rm(folder, { recursive: true, force: true });
});

/** A slip of paper with a line on it. */
const slip = (text: string): PdfPage => ({ size: [360, 90], content: line(20, 40, 18, text) });
/** The same as pixels. */
async function photographed(text: string) {
  const file = await openFile(pdf([slip(text)]), { limits: LIMITS, clock, signal: new AbortController().signal });
  const picture = await file.picture(1, known(file.sizes[0], 'a size'));
  const pixels = await picture.flatten().greyscale().png().toBuffer({ resolveWithObject: true });
  await file.close();
  return pixels;
}

async function read(filename: string, bytes: Buffer) {
  const picture = { bytes, filename, title: 'a document' };
  const resource_id = await takeInBytes({ engine: service.engine, objects: ports.objects, clock, scope: SCOPE }, picture);
  const row = await until(
    `${filename} at rest`,
    async () => {
      const now = await ports.facts.resources.get(SCOPE, resource_id);
      return now?.rests && now.phase !== 'uploading' && now;
    },
    LIMIT_MS,
  );
  assert.equal(row.status, 'INDEXED', JSON.stringify(row.failure));
  const recognition = await ports.facts.texts.recognition(SCOPE, row.recognition_id ?? '');
  return { resource_id, row, pages: recognition?.pages ?? [] };
}
async function found(words: string): Promise<string[]> {
  const asked = { query: parseQuery(words), mode: 'text' as const, vector: null };
  const page = await ports.index.search(SCOPE, { ...asked, sort: 'relevance', facets: [], after: null, except: [], limit: 10 });
  return page.hits.map(({ resource_id }) => resource_id);
}

describe('a document', () => {
  test('that is a PDF of text and of a picture is found by the words of both', async () => {
    const { data, info } = await photographed('Umbrella number seventeen');
    const jpeg = { bytes: await sharp(data).toColourspace('b-w').jpeg().toBuffer(), width: info.width, height: info.height };
    const scan: PdfPage = { size: [360, 90], content: 'q 360 0 0 90 0 0 cm /Im Do Q\n', jpeg };
    const document = pdf([slip('Marmalade from the harbour'), scan, slip('发票合计金额一百二十八元五角整谢谢惠顾')]);
    const { resource_id, row, pages } = await read('mixed.pdf', document);
    assert.deepEqual([row.content_type, row.page_count], ['application/pdf', 3]);
    assert.match(pages[1]?.text ?? '', /Umbrella number seventeen/);
    assert.equal(pages[0]?.confidence, 1);
    for (const words of ['marmalade', 'umbrella seventeen', '合计金额'])
      assert.deepEqual(await found(words), [resource_id], words);
  });

  test('that is a TIFF of three pages is found by the words of each', async () => {
    const texts = ['Porcupine on page one', 'Telescope on page two', 'Chandelier on page three'];
    const scans = await Promise.all(texts.map(async (text) => sharp((await photographed(text)).data)));
    const { resource_id, pages } = await read('scan.tiff', await tiffOf(scans));
    assert.deepEqual(
      pages.map(({ page, text }) => [page, text]),
      texts.map((text, i) => [i + 1, text]),
    );
    for (const words of ['porcupine', 'telescope', 'chandelier']) assert.deepEqual(await found(words), [resource_id], words);
  });
});
