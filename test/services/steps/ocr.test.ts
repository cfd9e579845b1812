/** The OCR step: what it hands to the recogniser, and what it makes of the answer. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import sharp from 'sharp';
import type { PictureToRead, Recogniser } from '../../../runtime/ports/providers.ts';
import { StepError } from '../../../runtime/tasks/step-handler.ts';
import { ocr } from '../../../services/steps/ocr.ts';
import { memoryObjects } from '../../worlds/memory-objects.ts';
import { SERVICE_LIMITS, serviceContext } from '../../worlds/service-context.ts';
import { plain, turned } from '../../worlds/wrong-pictures.ts';

const KEY = 'org/res/task-1/original';
const input = { resource_id: 'res', org_id: 'org', original_key: KEY, order: 0, reading: { own_text: null } };

async function read(bytes: Buffer | null, ocr_pixels = 16_000_000) {
  const objects = memoryObjects();
  const given: PictureToRead[] = [];
  const recogniser: Recogniser = {
    engine: 'fake',
    recognise: async (picture) => {
      given.push(picture);
      return { text: 'words', confidence: 0.9, words: [] };
    },
    ready: async () => {},
    close: async () => {},
  };
  const body = async function* () {
    if (bytes) yield bytes;
  };
  if (bytes) await objects.put(KEY, body(), 100_000_000);
  const limits = { ...SERVICE_LIMITS, max_bytes: 100_000_000, ocr_pixels };
  const output = await ocr.run(input, serviceContext({ objects, recogniser, limits, task_id: 'run' }));
  const [picture] = given;
  assert.ok(picture);
  return { output, picture, pixels: await sharp(picture.png).raw().toBuffer({ resolveWithObject: true }) };
}

describe('the OCR step', () => {
  test('reads an upright picture, and answers the size of the upright page', async () => {
    const { output, picture } = await read(await turned(6, 120, 80));
    assert.deepEqual([picture.width, picture.height], [80, 120]);
    assert.deepEqual(output, {
      fact_id: 'run',
      engine: 'fake',
      pages: [{ page: 1, width: 80, height: 120, text: 'words', confidence: 0.9, words: [], engine: 'fake' }],
      remarks: [],
    });
  });

  test('reads no more pixels than are useful, and says the size of the page all the same', async () => {
    const { output, picture, pixels } = await read(await turned(6, 400, 300), 30_000);
    assert.ok(picture.width * picture.height <= 30_000 && picture.width * picture.height > 28_000);
    assert.deepEqual([pixels.info.width, pixels.info.height], [picture.width, picture.height]);
    assert.deepEqual([output.pages[0]?.width, output.pages[0]?.height], [300, 400]);
  });

  test('sees what is transparent as white paper', async () => {
    const clear = { width: 30, height: 30, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } };
    const { pixels } = await read(await sharp({ create: clear }).png().toBuffer());
    assert.equal(pixels.data[0], 255);
  });

  test('sees light ink on what is transparent before black', async () => {
    const clear = { width: 60, height: 60, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } };
    const ink = { width: 30, height: 6, channels: 4 as const, background: { r: 240, g: 240, b: 240, alpha: 1 } };
    const { pixels } = await read(
      await sharp({ create: clear })
        .composite([{ input: { create: ink }, left: 10, top: 10 }])
        .png()
        .toBuffer(),
    );
    const { data, info } = pixels;
    assert.deepEqual([data[0], data[(12 * info.width + 15) * info.channels]], [0, 240]);
  });

  test('reads whatever inspect takes: a stray byte in a JPEG is a warning only', async () => {
    const bytes = await plain(60, 40).jpeg().toBuffer();
    const second = 4 + bytes.readUInt16BE(4); // where the first marker's part ends
    const stray = Buffer.concat([bytes.subarray(0, second), Buffer.from('junk before the next'), bytes.subarray(second)]);
    assert.equal((await read(stray)).output.pages.length, 1);
  });

  test('fails for good when the bytes are gone', async () => {
    await assert.rejects(
      read(null),
      (error) => error instanceof StepError && error.failure.code === 'OBJECT_MISSING' && !error.failure.retryable,
    );
  });

  test('brings one recognition, by the id of its run', async () => {
    const { output } = await read(await plain(20, 20).png().toBuffer());
    const writes = await ocr.writes?.(output, { input, at: 5, facts: serviceContext({}).facts });
    const row = { recognition_id: 'run', resource_id: 'res', org_id: 'org', at: 5, engine: 'fake', pages: output.pages };
    assert.deepEqual(writes, { facts: [{ into: 'recognitions', row }], columns: { engine: 'fake', turns: null }, remarks: [] });
  });
});
