import type { StepKind } from '../../contract/step-kinds.ts';

export type MarkedRun = { resource_id: string; kind: StepKind };

/**
 * Which pictures are being decoded, kept so that it outlives this process; not the machine. What a process that died has left makes
 * its pictures suspects. None of these rejects: a mark that can't be written is a run that counts for nothing.
 */
export interface RunMarks {
  /** Processes that were lost while this run was the only one in them; 0: while others were beside it; null: none, it is no suspect. */
  losses(run: MarkedRun): number | null;
  /** `alone`: no other run is marked in this process until this one ends. */
  begin(run: MarkedRun, alone: boolean): Promise<void>;
  /** It has not killed the process. `cleared`: it is a suspect no more, and nothing of it is kept. */
  end(run: MarkedRun, cleared: boolean): Promise<void>;
}
