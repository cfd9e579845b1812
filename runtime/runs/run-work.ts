/** The work of a run, as its kind implements it. */
import type { RunReason } from '../../contract/runs.ts';
import type { RunContext, RunProgress } from '../../machines/run.ts';
import type { RunRecord } from '../ports/runs.ts';
import type { RunDetail } from './run-store.ts';

/** A step of the work that is done, with what it has found. Fields that are absent stay as they are. */
export type Progress = RunProgress & Omit<RunDetail, 'begun'>;

export type WorkContext = {
  run: Omit<RunRecord, 'instance'>;
  /** As it was when the work was taken up: `place` is where it goes on. */
  state: Pick<RunContext, 'params' | 'place' | 'done' | 'total' | 'counts'>;
  /** Aborted when the run is to stop, when its process stops, and when another process has it. */
  signal: AbortSignal;
  /** Keeps what is done. Throws when the run is not to go on here; what was passed is kept all the same if it was to stop. */
  save(progress: Progress): Promise<void>;
};
/**
 * Goes on from `state.place` to the end. What it throws is an error of ours or an outage, after which it is called again from the last
 * place that was saved; so what it does after that must do no harm when it is done twice.
 */
export type RunWork = (context: WorkContext) => Promise<void>;

/** Thrown by work that stops by itself. */
export class RunHalted extends Error {
  readonly code: RunReason;
  constructor(code: RunReason, detail: string) {
    super(detail);
    this.name = 'RunHalted';
    this.code = code;
  }
}
