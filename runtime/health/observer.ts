/** Told of what happens in this process, for whoever counts it. Every name in a call is of a set that is known beforehand. */
import type { StepKind } from '../../contract/step-kinds.ts';

/** `outcome`: `succeeded`, or the code of a failure. `attempt`: 1 is the first. */
export type RunSeen = { kind: StepKind; outcome: string; attempt: number; ms: number };
/** `route`: its name in the contract; `none`: no route took the request. */
export type RequestSeen = { route: string; method: string; status: number; ms: number };

export interface Observer {
  ran(run: RunSeen): void;
  requested(request: RequestSeen): void;
  /** A reader of events has come, or has gone. */
  readers(change: 1 | -1): void;
}

/** Nobody counts. */
export const UNOBSERVED: Observer = { ran: () => {}, requested: () => {}, readers: () => {} };
