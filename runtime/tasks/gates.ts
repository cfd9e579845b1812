/** The gates of all steps that run in this process: see gate.ts. Each process has its own, and begins with all of them open. */
import { STEP_KINDS, type StepKind } from '../../contract/step-kinds.ts';
import { Gate, type GateDeps, type Passage, type UnavailableFor } from './gate.ts';

export type Gates = ReturnType<typeof createGates>;

export function createGates(deps: GateDeps) {
  const { clock, limits } = deps;
  const gates = Object.fromEntries(STEP_KINDS.map((kind) => [kind, new Gate(kind, deps)])) as Record<StepKind, Gate>; // one a kind
  let local_kinds: readonly StepKind[] = [];
  let timer: { cancel(): void } | null = null;

  function look(): void {
    for (const kind of local_kinds) gates[kind].look();
    timer = clock.after(limits.gate_look_ms, look);
  }
  return {
    /** Starts the gates of the steps that run here, once the queue consumes them. */
    start(kinds: readonly StepKind[]): void {
      local_kinds = kinds;
      timer = clock.after(limits.gate_look_ms, look);
    },
    stop(): void {
      timer?.cancel();
      for (const kind of STEP_KINDS) gates[kind].stop();
    },
    enter: (kind: StepKind): Passage => gates[kind].enter(),
    isOpen: (kind: StepKind): boolean => gates[kind].is_open,
    /** Whether work of the step may begin now: what it needs is there, and no operator has paused it. */
    mayBegin: (kind: StepKind): boolean => gates[kind].is_open && !gates[kind].is_paused,
    pause: (kind: StepKind, paused: boolean): void => gates[kind].pause(paused),
    /** null: no outage is known. */
    outageOf: (kind: StepKind): UnavailableFor | null => gates[kind].outage,
    /** Milliseconds that the step has worked here since its last outage; null: unknown. */
    worksFor: (kind: StepKind): number | null => gates[kind].works_for_ms,
  };
}
