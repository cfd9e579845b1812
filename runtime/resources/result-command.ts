/** The command of a result: what it brings with it, computed from the present facts. */
import type { Inbound, Job } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import type { Command } from '../instances/store.ts';
import type { Facts } from '../ports/facts.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { Origin } from './change.ts';
import type { HostedResource, ResourceDetail } from './hosted.ts';
import type { Lifecycle } from './lifecycle.ts';

type Delivered = { inbound: Exclude<Inbound, { kind: 'event' }>; origin: Origin; run: EndedRun | null };

/** Builds the command of an inbound. A result brings rows; null: it is outdated. */
export async function commandFor(
  { instance, resource }: HostedResource,
  { inbound, origin, run: told }: Delivered,
  { lifecycle, facts, clock }: { lifecycle: Lifecycle; facts: Facts; clock: Clock },
): Promise<Command<ResourceDetail> | null> {
  const job = instance.jobs[inbound.id];
  const run = told && { ...told, ms: told.ms ?? sinceAccepted(job, clock.now()) };
  if (inbound.kind !== 'done' || job?.token !== inbound.token)
    return { inbound, detail: { writes: [], columns: {}, origin, run } };
  const result = { job_id: inbound.id, input: job.input, output: inbound.output, at: clock.now(), resource };
  const result_rows = await lifecycle.writes(result, facts);
  if (result_rows === 'outdated') return null;
  const { facts: writes, columns = {}, expects } = result_rows;
  return { inbound, detail: { writes, columns, expects, origin, run } };
}

const sinceAccepted = (job: Job | undefined, now: number): number | null =>
  job?.accepted ? Math.max(0, now - job.accepted.at) : null;
