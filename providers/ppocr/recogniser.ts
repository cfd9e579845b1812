/**
 * The Recogniser of this machine with both engines: PP-OCR reads; tesseract reads as well where that is weak, and in its place where it
 * cannot run or crashed twice on the same picture. Each page says which engine's text it has.
 */
import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { type LocalOptions, localRecogniser } from '../local/recogniser.ts';
import type { Slot } from '../local/slots.ts';
import { draftOf } from '../tesseract/draft.ts';
import { type TesseractEngineOptions, tesseractEngine, tesseractName } from '../tesseract/pool.ts';
import { looksWritten } from '../tesseract/writing.ts';
import { type PpocrEngineOptions, ppocrEngine } from './engine.ts';
import { isSurer, isWeakOn } from './weak.ts';

export type PpocrOptions = PpocrEngineOptions &
  LocalOptions & {
    /** What tesseract needs beside; null: PP-OCR alone. */
    tesseract: Pick<TesseractEngineOptions, 'language_dir' | 'languages' | 'start_thread'> | null;
    /** Told once, with the reason, when tesseract reads because PP-OCR does not start. */
    onMissing?: (why: string) => void;
  };

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
  const readFirst = async (slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead | null> => {
    for (let crashes = 0; crashes < MAX_CRASHES; crashes++)
      try {
        return await ppocr.read(slot, picture, signal);
      } catch (error) {
        signal.throwIfAborted();
        const code = error instanceof StepError ? error.failure.code : null;
        if (code !== 'OCR_CRASHED' && !(code === 'PROVIDER_UNAVAILABLE' && tesseract)) throw error;
        if (code === 'OCR_CRASHED' && crashes + 1 === MAX_CRASHES && !tesseract) throw error;
        if (code === 'PROVIDER_UNAVAILABLE') {
          missing(error);
          return null;
        }
      }
    return null;
  };
  const read = async (slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead> => {
    const page = await readFirst(slot, picture, signal);
    if (page === null && tesseract) return { ...(await tesseract.read(slot, picture, signal)), engine: other_name };
    if (page === null) throw new Error('a picture that one engine gave up has no other one');
    if (page.text === '') return { ...page, ...((await hasInk(picture)) ? { looks_written: true } : {}), engine: name };
    if (!tesseract || !isWeakOn(page)) return { ...page, engine: name };
    const other = await tesseract.read(slot, picture, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof StepError) return null; // there is a text already
      throw error;
    });
    return other && isSurer(other, page) ? { ...other, engine: other_name } : { ...page, engine: name };
  };
  const ready = async (slot: Slot, signal: AbortSignal): Promise<void> =>
    ppocr.ready(slot, signal).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (!tesseract) throw error;
      missing(error);
      await tesseract.ready(slot, signal);
    });
  return localRecogniser(options, { name, engines: tesseract ? [ppocr, tesseract] : [ppocr], ready, read });
}

/** Whether there is ink like writing on a picture of which nothing was read. */
const hasInk = async ({ png }: PictureToRead): Promise<boolean> => looksWritten((await draftOf(png)).letters);
