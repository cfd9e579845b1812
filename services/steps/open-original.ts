/** A stored file opened to be read, page by page, within a time that its pages are worth. */
import { type FailureCode, failureOf } from '../../contract/failures.ts';
import type { OcrInput } from '../../contract/steps.ts';
import { bounded } from '../../runtime/async/timeout.ts';
import type { PictureToRead } from '../../runtime/ports/providers.ts';
import { type StepContext, StepError } from '../../runtime/tasks/step-handler.ts';
import { fitting, type Opened, scaleWithin } from '../formats/pages.ts';
import { rejectOnError } from '../formats/raster.ts';
import { openFile } from '../formats/registry.ts';
import { RejectedFile } from '../formats/rejected-file.ts';
import { backgroundOf } from './background.ts';
import { readObject } from './read-object.ts';

/** As long as a single picture may take at most: opening it, waiting for a recogniser, recognising. */
const FIRST_PAGE_MS = 4 * 60_000;
/** Time granted for each further page, in ms: recognition takes 1 to 4 s, and others take turns. 100 pages are below the limit of a run. */
const EACH_MORE_MS = 13_000;
/** Pages are drawn larger for recognition than for a preview, and a file may be opened again between two of them. */
const LARGER = 2;
/** Maximum length of a side, in pixels: tesseract counts them in 16 bits, and fails beyond. */
const MAX_READ_SIDE = 32_000;
/** Maximum words of one document: what a row of the database holds (16 MB as JSON), and three times 100 full pages. */
const MAX_WORDS = 150_000;

/** Throws ServiceError for what makes the file no legal picture: it was one when it was inspected, so limits have changed since. */
export async function withOriginal<Value>(
  { org_id, original_key }: Pick<OcrInput, 'org_id' | 'original_key'>,
  { objects, clock, limits, signal }: StepContext,
  work: (file: Opened, signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const bytes = await readObject(objects, original_key);
  const either = bounded({ clock, signals: [signal] });
  try {
    const file = await failing(() => openFile(bytes, { limits, clock, signal: either.signal, owner: org_id, times: LARGER }));
    const pages = file.sizes.length;
    const limit_ms = FIRST_PAGE_MS + (pages - 1) * EACH_MORE_MS;
    const late = () => either.abort(serviceError('OCR_TIMEOUT', `${pages} pages were not read within ${limit_ms} ms`));
    const timer = clock.after(limit_ms, late);
    try {
      return await failing(() => work(file, either.signal));
    } finally {
      timer.cancel();
      await file.close();
    }
  } finally {
    either.release();
  }
}

async function failing<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof RejectedFile ? serviceError(error.code, error.message, error) : error;
  }
}

/** The picture of a page as it is handed to an engine: as a person holds it, on its ground, in grey, and no larger than it gains by. */
export async function renderForOcr(file: Opened, page: number, max_pixels: number): Promise<PictureToRead> {
  const size = file.sizes[page - 1];
  if (!size) throw new Error(`there is no page ${page}`);
  const wanted = fitting(scaleWithin(size, max_pixels), MAX_READ_SIDE);
  const upright = await file.picture(page, wanted);
  const made = async () => {
    const picture = upright.flatten({ background: await backgroundOf(upright) }).greyscale();
    const sized = wanted.width < size.width ? picture.resize({ width: wanted.width }) : picture;
    return sized.png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
  };
  const { data, info } = await rejectOnError(made, page, file.sizes.length);
  return { png: data, page, width: info.width, height: info.height };
}

/** Throws once a document holds more than may be kept of it. */
export function checkWords(words: number, page: number): void {
  if (words > MAX_WORDS) throw serviceError('TOO_MUCH_TEXT', `more than ${MAX_WORDS} words on the first ${page} pages`);
}

const serviceError = (code: FailureCode, detail: string, cause?: unknown) => new StepError(failureOf(code, detail), cause);
