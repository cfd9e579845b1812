/** Settings of what files may be, of the disk they are on, and of those who read them. */
import assert from 'node:assert/strict';
import { statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { openPlace } from '../../cli/drills/place.ts';
import { SAMPLES } from '../../cli/project.ts';
import { tiffOf } from '../worlds/other-files.ts';
import { blank, bytesOf, endless, failureOf, impatient, LEAST_MS, ofPictures, withEngine } from './services.ts';
import { configWith, type Env, once, portsWith, type Rows, tempFolder } from './world.ts';

const pagesOf = async (...pages: Sharp[]) => new Uint8Array(await tiffOf(pages));
/** One thread, which three wait for, and which reads no page for longer than a second; and no reserve of the disk. */
const ports = once(async () => {
  const opened = await portsWith({
    ...{ ocr_engine: 'tesseract', ocr_workers: '1', ocr_page_time_limit_ms: LEAST_MS },
    disk_reserve_bytes: '0',
  });
  const { recogniser, log } = opened;
  await Promise.all([recogniser.ready(), recogniser.ready(), recogniser.ready()]);
  return { ...opened, threads: log.filter((line) => line.includes('ocr_thread_started')).length };
});
/** Below the least reserve that there would be. */
const LEFT_BYTES = 128 * 1024 * 1024;
/** A page that is read for several seconds. */
const slow = () => sharp(path.join(SAMPLES, 'chinese-notice.jpg')).flatten().greyscale().resize(2_400).png();

/** Where a drill would be held. */
const placeOf = async (env: Env) => {
  const config = await configWith(env);
  const place = await openPlace(config, { TUODI_DATA_DIR: config.data_dir }, { needs_redis: false });
  await place.close(false);
  return { is_configured: place.config.data_dir === config.data_dir, here: place.here };
};

export const FILE_ROWS: Rows = {
  async drills() {
    assert.deepEqual(await placeOf({ drills: 'here' }), { is_configured: true, here: true });
    assert.deepEqual(await placeOf({}), { is_configured: false, here: false });
  },
  async disk_reserve_bytes() {
    const { objects } = await ports();
    const { bavail, bsize } = await statfs('.');
    assert.equal(await objects.withRoom?.(bavail * bsize - LEFT_BYTES, async () => 'there is room'), 'there is room');
  },
  async max_pixels() {
    assert.match(await failureOf(await ofPictures(), await bytesOf(blank(75, 75))), /TOO_MANY_PIXELS/);
  },
  async max_pages() {
    const page = blank(8, 8);
    assert.match(await failureOf(await ofPictures(), await pagesOf(page, page, page, page)), /TOO_MANY_PAGES/);
  },
  async max_document_pixels() {
    const page = blank(70, 70);
    assert.match(await failureOf(await ofPictures(), await pagesOf(page, page)), /TOO_MANY_PIXELS/);
  },
  async decode_time_limit_ms() {
    assert.match(await failureOf(await impatient(), endless()), /DECODE_LIMIT: .* 1000 ms over one page/);
  },
  /** Each MiB of the file adds something to it. */
  async document_time_limit_ms() {
    const { service } = await withEngine();
    assert.match(await failureOf(service, endless()), /DECODE_LIMIT: .* 1[01]\d\d ms over the document/);
  },
  async ocr_engine() {
    const { recogniser } = await portsWith({ ocr_engine: 'tesseract' });
    assert.match(recogniser.engine, /^tesseract/);
    assert.match((await portsWith({ ocr_engine: 'ppocr' })).recogniser.engine, /^ppocr/);
  },
  async ocr_models() {
    const folder = await tempFolder();
    await assert.rejects(portsWith({ ocr_models: folder }), /TUODI_OCR_MODELS: .*must hold one detector/);
    await assert.rejects(portsWith({ ocr_models: path.join(folder, 'none') }), /TUODI_OCR_MODELS: .*cannot be read/);
    for (const name of ['det.onnx', 'rec.onnx', 'keys.txt']) await writeFile(path.join(folder, name), 'no model');
    await assert.rejects(portsWith({ ocr_models: folder }), /TUODI_OCR_MODELS: .*det\.onnx is no model/);
  },
  ocr_workers: async () => assert.equal((await ports()).threads, 1),
  async ocr_page_time_limit_ms() {
    const { recogniser } = await ports();
    const { data: png, info } = await slow().toBuffer({ resolveWithObject: true });
    const read = recogniser.recognise({ png, page: 1, width: info.width, height: info.height }, new AbortController().signal);
    await assert.rejects(read, /within 1000 ms/);
  },
};
