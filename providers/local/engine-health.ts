/**
 * Whether the engine itself works. A thread that dies may have been killed by its picture, and a few in a row by one picture that is
 * tried again: so after some failures in a row the engine is given a picture of its own. What it says of that is said of the engine,
 * and while it fails it is asked again at intervals.
 */
import type { Clock } from '../../runtime/async/clock.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';

/** Failures without a page between them after which it is asked. */
const FAILURES = 3;

export type EngineHealth = {
  read(): void;
  /** A thread did not start, died, refused or went beyond its time. */
  failed(): void;
  /** Then nothing is asked any more. */
  stop(): void;
};

/**
 * again_ms: how often it is asked while it fails. ask: has it read a picture of ours; `signal` is aborted at the stop. onChange: why it does not work, when that begins; null: it works
 * again.
 */
type Deps = {
  clock: Clock;
  again_ms: number;
  ask: (signal: AbortSignal) => Promise<unknown>;
  onChange: (why: string | null) => void;
};

export function engineHealth({ clock, again_ms, ask, onChange }: Deps): EngineHealth {
  const stopping = new AbortController();
  let failures = 0;
  let is_well = true;
  let asking = false;
  let timer: { cancel(): void } | null = null;

  function works(): void {
    failures = 0;
    timer?.cancel();
    timer = null;
    if (is_well) return;
    is_well = true;
    onChange(null);
  }
  async function question(): Promise<void> {
    if (asking || stopping.signal.aborted) return;
    asking = true;
    try {
      await ask(stopping.signal);
      works();
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (is_well) onChange(error instanceof StepError ? error.failure.detail : String(error));
      is_well = false;
      timer = clock.after(again_ms, () => void question());
    } finally {
      asking = false;
    }
  }
  return {
    read: works,
    failed() {
      failures += 1;
      if (is_well && failures >= FAILURES) void question();
    },
    stop() {
      stopping.abort(new Error('stopped'));
      timer?.cancel();
    },
  };
}
