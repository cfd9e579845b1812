/**
 * The Recogniser of this machine with both engines: PP-OCR reads; tesseract reads as well where that is weak, and in its place where it
 * cannot run or crashed twice on the same picture. An order names one of them, which then reads alone, and the other stands in for it in the
 * same cases. Each page says which engine's text it has, and which one read it as well.
 */
import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { calibratedPage } from '../local/calibration.ts';
import type { LocalEngine } from '../local/engine.ts';
import { type LocalOptions, localRecogniser } from '../local/recogniser.ts';
import { draftOf } from '../tesseract/draft.ts';
import { type TesseractEngineOptions, tesseractEngine, tesseractName } from '../tesseract/pool.ts';
import { looksWritten } from '../tesseract/writing.ts';
import { type PpocrEngineOptions, ppocrEngine } from './engine.ts';
import { withSigns } from './signs.ts';
import { isSurer, isWeakOn } from './weak.ts';

export type PpocrOptions = PpocrEngineOptions &
  LocalOptions & {
    /** What tesseract needs beside; null: PP-OCR alone. */
    tesseract: Pick<TesseractEngineOptions, 'language_dir' | 'languages' | 'start_thread'> | null;
    /** Told once, with the reason, when tesseract reads because PP-OCR does not start. */
    onMissing?: (why: string) => void;
  };

type Asked = Parameters<LocalEngine['read']>;
type Pair = { first: LocalEngine; other: LocalEngine | null };
/** Crashes of one picture after which the other engine reads it. */
const MAX_CRASHES = 2;

export function ppocrRecogniser(options: PpocrOptions): Recogniser {
  const { files, onMissing = () => {} } = options;
  const ppocr = ppocrEngine(options);
  const tesseract = options.tesseract === null ? null : tesseractEngine({ ...options, ...options.tesseract });
  const [name, other_name] = [files.name, tesseractName(options.tesseract?.languages)];
  let is_missing = false;
  const missing = (error: unknown) => {
    if (!is_missing) onMissing(String(error));
    is_missing = true;
  };

  /** null: this engine can't, and the other one is to. */
  const readFirst = async ({ first, other }: Pair, ...asked: Asked): Promise<PageRead | null> => {
    for (let crashes = 0; crashes < MAX_CRASHES; crashes++)
      try {
        return await first.read(...asked);
      } catch (error) {
        asked[2].throwIfAborted();
        const code = error instanceof StepError ? error.failure.code : null;
        if (code !== 'OCR_CRASHED' && !(code === 'PROVIDER_UNAVAILABLE' && other)) throw error;
        if (code === 'OCR_CRASHED' && crashes + 1 === MAX_CRASHES && !other) throw error;
        if (code === 'PROVIDER_UNAVAILABLE') {
          if (first === ppocr) missing(error);
          return null;
        }
      }
    return null;
  };
  const byPpocr = async ({ lacks_signs: _, ...page }: PageRead, { png }: PictureToRead): Promise<PageRead> => {
    const is_written = page.text === '' && looksWritten((await draftOf(png)).letters);
    return { ...calibratedPage('ppocr', page), ...(is_written ? { looks_written: true } : {}), engine: name };
  };
  const byTesseract = (page: PageRead): PageRead => ({ ...calibratedPage('tesseract', page), engine: other_name });
  /** As it was ordered, or by PP-OCR where tesseract can't. */
  const orderedTesseract = async (tesseract: LocalEngine, ...asked: Asked): Promise<PageRead> => {
    const page = await readFirst({ first: tesseract, other: ppocr }, ...asked);
    return page ? byTesseract(page) : byPpocr(await ppocr.read(...asked), asked[1]);
  };
  const read = async (...asked: Asked): Promise<PageRead> => {
    const [, picture, signal] = asked;
    if (picture.by === 'tesseract' && tesseract) return orderedTesseract(tesseract, ...asked);
    const page = await readFirst({ first: ppocr, other: tesseract }, ...asked);
    if (page === null && tesseract) return byTesseract(await tesseract.read(...asked));
    if (page === null) throw new Error('a picture that one engine gave up has no other one');
    const own = await byPpocr(page, picture);
    const is_weak = isWeakOn(page);
    if (!tesseract || picture.by === 'ppocr' || !(is_weak || page.lacks_signs)) return own;
    const other = await tesseract.read(...asked).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof StepError) return null; // there is a text already
      throw error;
    });
    if (!other) return own;
    const is_taken = is_weak && isSurer(other, page);
    return is_taken
      ? { ...byTesseract(other), second_engine: name }
      : { ...withSigns(own, other, picture.width / picture.height), second_engine: other_name };
  };
  const ready: LocalEngine['ready'] = async (slot, signal) =>
    ppocr.ready(slot, signal).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (!tesseract) throw error;
      missing(error);
      await tesseract.ready(slot, signal);
    });
  return localRecogniser(options, {
    ...{ name, ready, read, engines: tesseract ? [ppocr, tesseract] : [ppocr] },
    orderable: tesseract ? ['ppocr', 'tesseract'] : ['ppocr'],
  });
}
