/** Tesseract as a local engine: threads, and what a picture goes through before and after them. Alone it is a Recogniser. */

import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import { calibratedPage } from '../local/calibration.ts';
import { createEngine, type EngineLimits, type LocalEngine } from '../local/engine.ts';
import { type LocalOptions, localRecogniser } from '../local/recogniser.ts';
import { unavailable } from '../local/slots.ts';
import { installLanguages, LANGUAGES } from './languages.ts';
import { prepared } from './prepare.ts';
import { EngineRefused, type StartThread, startThread, type Thread, ThreadEnded } from './thread.ts';
import { confidenceOf, pageOf } from './words.ts';
import { looksWritten } from './writing.ts';

export type TesseractEngineOptions = EngineLimits & {
  /** Where the language data is put. */
  language_dir: string;
  /** Names of tesseract's language data, in its order of trying. */
  languages?: readonly string[];
  /** Another engine, for tests. */
  start_thread?: StartThread;
};
export type TesseractOptions = TesseractEngineOptions & LocalOptions;

/** As it is stored with what it read. */
export const tesseractName = (languages: readonly string[] = LANGUAGES) => `tesseract.js/7 ${languages.join('+')}`;

export function tesseractEngine(options: TesseractEngineOptions): LocalEngine {
  const { language_dir, languages = LANGUAGES, clock, start_thread = startThread } = options;
  let installed: Promise<void> | null = null;
  /** Once for all threads; tried again after it failed, since somebody may have put the data there. */
  const install = () => {
    installed ??= installLanguages(language_dir, languages, clock).catch((error: unknown) => {
      installed = null;
      throw error instanceof StepError
        ? error
        : unavailable(`the language data cannot be put into ${language_dir}: ${String(error)}`, error);
    });
    return installed;
  };
  return createEngine<Thread>({
    ...options,
    kind: 'thread',
    start: async (priority, signal) => {
      await install();
      signal.throwIfAborted();
      return start_thread({ language_dir, languages, priority }, signal);
    },
    read: readBy,
    isCrash: (error) => error instanceof ThreadEnded || error instanceof EngineRefused,
  });
}

export function tesseractPool(options: TesseractOptions): Recogniser {
  const engine = tesseractEngine(options);
  const { ready } = engine;
  const read: LocalEngine['read'] = async (...asked) => calibratedPage('tesseract', await engine.read(...asked));
  const reading = { name: tesseractName(options.languages), engines: [engine], ready, read };
  return localRecogniser(options, { ...reading, orderable: ['tesseract'] });
}

/** What is read while a picture is prepared counts in its time as well. */
async function readBy(thread: Thread, picture: PictureToRead): Promise<PageRead> {
  const { png, back, turned, letters } = await prepared(picture, async (part) => confidenceOf(await thread.recognise(part)));
  const page = pageOf(await thread.recognise(png), picture, back);
  if (page.text === '' && looksWritten(letters)) return { ...page, looks_written: true };
  return turned === 0 || page.words.length === 0 ? page : { ...page, turned };
}
