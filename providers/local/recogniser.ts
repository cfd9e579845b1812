/** A Recogniser of engines of this machine: places, the engines' rest and end, and whether reading works at all. */
import sharp from 'sharp';
import type { EngineOrder } from '../../contract/steps.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { PageRead, PictureToRead, Recogniser } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import type { LocalEngine } from './engine.ts';
import { engineHealth } from './engine-health.ts';
import { createSlots, type Slot } from './slots.ts';

const ASK_AGAIN_MS = 30_000;

export type LocalOptions = {
  /** Pictures that are read at once. */
  workers: number;
  clock: Clock;
  /** How often engines that do not work are asked whether they do. */
  ask_again_ms?: number;
  /** Why reading itself does not work, when that begins; null: it works again. */
  onHealth?: (why: string | null) => void;
};
type Reading = {
  /** As it is stored with what it read. */
  name: string;
  engines: readonly LocalEngine[];
  /** Those of them that an order may name. */
  orderable: readonly EngineOrder[];
  ready(slot: Slot, signal: AbortSignal): Promise<void>;
  read(slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead>;
};

export function localRecogniser(options: LocalOptions, { name, engines, orderable, ready, read }: Reading): Recogniser {
  const { workers, clock, onHealth = () => {}, ask_again_ms = ASK_AGAIN_MS } = options;
  const slots = createSlots(workers, clock, {
    taken: (slot) => {
      for (const engine of engines) engine.wake(slot);
    },
    given: (slot) => {
      for (const engine of engines) engine.rest(slot, slots.track);
    },
  });
  const health = engineHealth({
    ...{ clock, onChange: onHealth, again_ms: ask_again_ms },
    ask: (signal) => slots.onSlot(signal, async (slot, either) => read(slot, await blankPicture(), either)),
  });
  const readOne = async (slot: Slot, picture: PictureToRead, signal: AbortSignal): Promise<PageRead> => {
    try {
      const page = await read(slot, picture, signal);
      health.read();
      return page;
    } catch (error) {
      if (isOfEngine(error) && !signal.aborted) health.failed();
      throw error;
    }
  };
  return {
    engine: name,
    orderable,
    recognise: (picture, signal, owner) => slots.onSlot(signal, (slot, either) => readOne(slot, picture, either), owner),
    ready: () => slots.onSlot(new AbortController().signal, ready),
    close: async () => {
      health.stop();
      const all = await slots.close();
      await Promise.all(all.flatMap((slot) => engines.map((engine) => engine.end(slot))));
    },
  };
}

/** What a worker may fail by, whether it is the engine or the picture that is wrong. */
const isOfEngine = (error: unknown): boolean =>
  error instanceof StepError && ['OCR_CRASHED', 'OCR_TIMEOUT', 'PROVIDER_UNAVAILABLE'].includes(error.failure.code);

const BLANK_SIDE = 64;
/** A picture that any engine can read, with nothing on it. */
async function blankPicture(): Promise<PictureToRead> {
  const white = { width: BLANK_SIDE, height: BLANK_SIDE, channels: 3, background: 'white' } as const;
  return { png: await sharp({ create: white }).png().toBuffer(), page: 1, width: BLANK_SIDE, height: BLANK_SIDE };
}
