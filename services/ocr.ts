/** OCR: the words on a picture, with their places. */
import type { Made, OcrInput } from '../contract/steps.ts';
import type { Page } from '../contract/text.ts';
import type { PictureToRead } from '../runtime/ports.ts';
import type { Service } from '../runtime/service.ts';
import { decoded, headerOf, uprightSize } from './picture.ts';
import { bytesOf } from './read-object.ts';

type OcrOutput = Made & { engine: string; pages: Page[] };

/** Reads the frozen copy only. Running it twice costs time; its row has the id of the run, so that a result told twice is one row. */
export const ocr: Service<OcrInput, OcrOutput> = {
  async run({ original_key }, { task_id, objects, recogniser, limits, signal }) {
    const bytes = await bytesOf(objects, original_key);
    const size = uprightSize(await headerOf(bytes));
    const picture = await toRead(bytes, size, limits);
    const { text, confidence, words } = await recogniser.recognise(picture, signal);
    return { fact_id: task_id, engine: recogniser.engine, pages: [{ page: picture.page, ...size, text, confidence, words }] };
  },
  async writes({ fact_id, engine, pages }, { input: { resource_id, org_id }, at }) {
    return { facts: [{ into: 'recognitions', row: { recognition_id: fact_id, resource_id, org_id, at, engine, pages } }] };
  },
};

type Size = { width: number; height: number };
type Limits = { max_pixels: number; ocr_pixels: number };

/** As a person holds it, on white, in grey, and no larger than recognition gains by. */
async function toRead(bytes: Uint8Array, { width, height }: Size, { max_pixels, ocr_pixels }: Limits): Promise<PictureToRead> {
  const picture = decoded(bytes, max_pixels).flatten({ background: '#ffffff' }).greyscale();
  const scale = Math.sqrt(ocr_pixels / (width * height));
  const sized = scale < 1 ? picture.resize({ width: Math.max(1, Math.floor(width * scale)) }) : picture;
  const { data, info } = await sized.png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
  return { png: data, page: 1, width: info.width, height: info.height };
}
