/** PP-OCR as a local engine: processes, their restarts, and what they read as the rest of tuodi takes it. */
import type { Word } from '../../contract/text.ts';
import type { PageRead, PictureToRead } from '../../runtime/ports/providers.ts';
import { createBackoff } from '../local/backoff.ts';
import { createEngine, type EngineLimits, type LocalEngine } from '../local/engine.ts';
import { ProcessEnded } from '../local/process.ts';
import type { ModelFiles } from './model-files.ts';
import type { ReadLine, ReadPage } from './page.ts';
import { PictureRefused, type ReadingProcess, type StartProcess, startProcess } from './process.ts';
import { hasLetterForSign } from './signs.ts';

/** A process is replaced after the page that took it over this: the runtime keeps what its largest page needed. */
export const MAX_RSS_BYTES = 600 * 1024 * 1024;

export type PpocrEngineOptions = EngineLimits & {
  files: ModelFiles;
  max_rss_bytes?: number;
  /** Another process, for tests. */
  start_process?: StartProcess;
};

export function ppocrEngine(options: PpocrEngineOptions): LocalEngine {
  const { files, clock, max_rss_bytes = MAX_RSS_BYTES, start_process = startProcess } = options;
  const restarts = createBackoff(clock, 'the reading process');
  const large = new WeakSet<ReadingProcess>();
  return createEngine<ReadingProcess>({
    ...options,
    kind: 'process',
    start: (priority, signal) => restarts.start(() => start_process({ files, priority }, signal), signal),
    read: async (worker, picture) => {
      const { page, rss } = await restarts.answered(worker.read(picture.png));
      if (rss > max_rss_bytes) large.add(worker);
      return pageOf(page, picture);
    },
    isCrash: (error) => error instanceof ProcessEnded || error instanceof PictureRefused,
    isOld: (worker) => large.has(worker),
  });
}

/** Lines of a row are joined by a space, rows by a line break. */
export function pageOf({ turned, rows }: ReadPage, { width, height }: Pick<PictureToRead, 'width' | 'height'>): PageRead {
  const lines = rows.flat();
  const words = lines.flatMap((line) => line.words.map((word) => wordOf(word, width, height)));
  const chars = words.reduce((sum, { text }) => sum + text.length, 0);
  const sure = words.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0);
  const text = rows.map((row) => row.map(textOf).join(' ')).join('\n');
  const lacks_signs = lines.some((line) => line.words.some(({ beside_unread }) => beside_unread)) || hasLetterForSign(text);
  const page = {
    ...{ text, confidence: chars === 0 ? 0 : round(sure / chars), words },
    ...(lacks_signs ? { lacks_signs } : {}),
  };
  return turned === 0 ? page : { ...page, turned };
}

const textOf = ({ words }: ReadLine): string =>
  words.map(({ text, spaced }, i) => (spaced && i > 0 ? ` ${text}` : text)).join('');

function wordOf({ text, confidence, box }: ReadLine['words'][number], width: number, height: number): Word {
  const within = (pixels: number, of: number) => round(Math.min(1, Math.max(0, pixels / of)));
  const [x, right] = [within(box.left, width), within(box.right, width)];
  const [y, bottom] = [within(box.top, height), within(box.bottom, height)];
  return { text, confidence: round(confidence), x, y, w: round(Math.max(0, right - x)), h: round(Math.max(0, bottom - y)) };
}
/** Four decimals: under half a pixel of a 4,000-pixel page, and a third of the bytes. */
const round = (value: number) => Math.round(value * 10_000) / 10_000;
