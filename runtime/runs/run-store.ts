/** Runs as a host has them. */
import type { Author } from '../../contract/resource.ts';
import type { RunKind, RunStatus } from '../../contract/runs.ts';
import type { Durable, Instance } from '../../machines/interpreter.ts';
import { type RunContext, runContext } from '../../machines/run.ts';
import type { Clock } from '../async/clock.ts';
import type { InstanceStore } from '../instances/store.ts';
import { nextCheckAt } from '../instances/timers.ts';
import type { NewFinding, RunRecord, Runs, Suspect } from '../ports/runs.ts';

/** Adapts the machine of runs to a runtime that knows no machine's states. */
export type RunLifecycle = {
  kernel: Durable;
  status(instance: Instance): RunStatus;
  isActive(status: RunStatus): boolean;
};

/** What people are shown of a run beside its row. */
export const stateOf = ({ instance }: RunRecord): RunContext => runContext(instance);

export type NewRun = {
  org_id: string;
  installation: boolean;
  kind: RunKind;
  created_by: Author;
  idempotency: { key: string; fingerprint: string } | null;
};
/** What a command brings. `begun`: only of a new run. */
export type RunDetail = { begun?: NewRun; findings?: NewFinding[]; suspects?: Suspect[]; cleared?: string[] };

/** How soon a run is checked again that nobody seems to have taken up. */
const JOB_CHECK_MS = 5_000;

/** What there may be one of at once. */
const activeKey = ({ kind, installation, org_id }: Pick<RunRecord, 'kind' | 'installation' | 'org_id'>): string =>
  `${kind}:${installation ? '' : org_id}`;

type Parts = { runs: Runs; lifecycle: RunLifecycle; clock: Pick<Clock, 'now' | 'serviceTime'> };
export const runStore = ({ runs, lifecycle, clock }: Parts): InstanceStore<RunRecord, RunDetail> => ({
  load: runs.load,
  async commit({ id: run_id, before, step: { instance }, detail: { begun, findings = [], suspects = [], cleared = [] } }) {
    const at = clock.now();
    const status = lifecycle.status(instance);
    const first = before ?? (begun && { ...begun, run_id, findings: 0, created_at: at });
    if (!first) throw new Error(`the new run ${run_id} comes without what it is for`);
    const { org_id, installation, kind, created_by, created_at } = first;
    const head = { run_id, org_id, installation, kind, created_by, created_at };
    const run: RunRecord = { ...head, status, findings: first.findings + findings.length, updated_at: at, instance };
    const committed = await runs.commit({
      ...{ run, expected_seq: before?.instance.seq ?? null, suspects, cleared },
      active_key: lifecycle.isActive(status) ? activeKey(run) : null,
      next_due_at: nextCheckAt(instance, clock.serviceTime(), JOB_CHECK_MS),
      idempotency: begun?.idempotency ?? null,
      findings: findings.map((one, index) => ({ ...one, position: first.findings + index + 1, at })),
    });
    return committed ? run : null;
  },
});
