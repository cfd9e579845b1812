/** What a process knows and says of its own health: its parts, what happens at its steps, its periodic jobs, and its row among the others. */
import type { Logger } from 'pino';
import type { StepKind } from '../contract/step-kinds.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { CallbackCounts } from '../runtime/health/callback-counts.ts';
import type { PartQuestions, Parts } from '../runtime/health/parts.ts';
import { createProcessReport, type JobState } from '../runtime/health/process-report.ts';
import type { Activity } from '../runtime/health/step-activity.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { Gates } from '../runtime/tasks/gates.ts';

/** role: `serve` or `worker`. questions: see app/part-questions.ts; absent: parts are known by their use alone. */
export type ProcessOf = { role: string; version: string; questions?: PartQuestions };

type Deps = {
  of: ProcessOf;
  process_id: string;
  kinds: readonly StepKind[];
  facts: Pick<Facts, 'processes'>;
  parts: Parts;
  activity: Activity;
  gates: Gates;
  jobs: () => JobState[];
  callback_counts: CallbackCounts;
  clock: Clock;
  log: Logger;
};

export function createProcessHealth({ of, process_id, kinds, facts, parts, activity, gates, jobs, ...given }: Deps) {
  const { callback_counts, clock, log } = given;
  const { role, version, questions = {} } = of;
  const outages = () =>
    kinds.flatMap((kind) => {
      const outage = gates.isOpen(kind) ? null : gates.outageOf(kind);
      return outage ? [{ kind, since: clock.now() - outage.ms }] : [];
    });
  const report = createProcessReport({
    ...{ processes: facts.processes, parts, clock, log, outages, jobs, activity: activity.list, callbacks: callback_counts.list },
    identity: { process_id, role, version, kinds },
  });
  return {
    ...report,
    async start(): Promise<void> {
      parts.start(questions);
      await report.start();
    },
    async stop(): Promise<void> {
      parts.stop();
      await report.stop();
    },
  };
}
