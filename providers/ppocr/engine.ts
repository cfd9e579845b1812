/** PP-OCR as a local engine: processes, their restarts, and what they read as the rest of tuodi takes it. */
import type { Word } from '../../contract/text.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { PageRead, PictureToRead } from '../../runtime/ports/providers.ts';
import { createEngine, type EngineLimits, type LocalEngine } from '../local/engine.ts';
import { unavailable } from '../local/slots.ts';
import type { ModelFiles } from './model-files.ts';
import type { ReadLine, ReadPage } from './page.ts';
import { PictureRefused, ProcessEnded, type ReadingProcess, type StartProcess, startProcess } from './process.ts';

/** A process is replaced after the page that took it over this: the runtime keeps what its largest page needed. */
export const MAX_RSS_BYTES = 600 * 1024 * 1024;
/** Starts after failures in a row: at once, and from the third one on after so long, doubled each time. */
const FREE_FAILURES = 2;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

export type PpocrEngineOptions = EngineLimits & {
  files: ModelFiles;
  max_rss_bytes?: number;
  /** Another process, for tests. */
  start_process?: StartProcess;
};

export function ppocrEngine(options: PpocrEngineOptions): LocalEngine {
  const { files, clock, max_rss_bytes = MAX_RSS_BYTES, start_process = startProcess } = options;
  const restarts = createBackoff(clock);
  const large = new WeakSet<ReadingProcess>();
  return createEngine<ReadingProcess>({
    ...options,
    kind: 'process',
    start: async (priority, signal) => {
      const wait_ms = restarts.wait();
      if (wait_ms > 0) throw unavailable(`the reading process ended several times; it is started again in ${wait_ms} ms`);
      return start_process({ files, priority }, signal).catch((error: unknown) => {
        if (!signal.aborted) restarts.failed();
        throw error;
      });
    },
    read: async (worker, picture) => {
      const { page, rss } = await worker.read(picture.png).catch((error: unknown) => {
        if (error instanceof ProcessEnded) restarts.failed();
        throw error;
      });
      restarts.worked();
      if (rss > max_rss_bytes) large.add(worker);
      return pageOf(page, picture);
    },
    isCrash: (error) => error instanceof ProcessEnded || error instanceof PictureRefused,
    isOld: (worker) => large.has(worker),
  });
}

function createBackoff(clock: Clock) {
  let [failures, not_before] = [0, 0];
  return {
    /** ms until a process may be started. */
    wait: () => Math.max(0, Math.ceil(not_before - clock.elapsed())),
    failed: () => {
      failures += 1;
      if (failures <= FREE_FAILURES) return;
      not_before = clock.elapsed() + Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - FREE_FAILURES - 1));
    },
    worked: () => {
      [failures, not_before] = [0, 0];
    },
  };
}

/** Lines of a row are joined by a space, rows by a line break. */
export function pageOf({ turned, rows }: ReadPage, { width, height }: Pick<PictureToRead, 'width' | 'height'>): PageRead {
  const lines = rows.flat();
  const words = lines.flatMap((line) => line.words.map((word) => wordOf(word, width, height)));
  const chars = words.reduce((sum, { text }) => sum + text.length, 0);
  const sure = words.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0);
  const page = {
    text: rows.map((row) => row.map(textOf).join(' ')).join('\n'),
    confidence: chars === 0 ? 0 : round(sure / chars),
    words,
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
