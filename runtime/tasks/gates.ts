/** The gates before all steps that are run here: see gate.ts. Each process finds out by itself, and begins with all of them open. */
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
    /** Of the steps that are run here, once the queue has been told of them. */
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
    /** null: nothing is known to be away. */
    outageOf: (kind: StepKind): UnavailableFor | null => gates[kind].outage,
    /** For how long the step has worked since its last outage, as far as it was run here; null: that is not known. */
    worksFor: (kind: StepKind): number | null => gates[kind].works_for_ms,
  };
}
