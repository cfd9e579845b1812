/**
 * Retries pictures that a long outage has stopped, without a person.
 *
 * - Once the step has worked here for a minute, page by page, at the throughput of the step.
 * - While it is unknown whether it works (all waiting tasks were given up, or this process has just started), what it needs is probed; if
 *   that is available, one picture is retried as a probe.
 *
 * Every process does so for the steps that it runs. Two that retry the same picture do no harm: the second is refused.
 */
import type { Logger } from 'pino';
import type { RetriedBy } from '../../contract/events.ts';
import type { StepKind } from '../../contract/step-kinds.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeout } from '../async/timeout.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Facts } from '../ports/facts.ts';
import type { Queue } from '../ports/queue.ts';
import type { Origin } from '../resources/change.ts';
import type { Engine } from '../resources/engine.ts';
import type { Gates } from '../tasks/gates.ts';

type Parts = {
  facts: Pick<Facts, 'resources'>;
  engine: Pick<Engine, 'send'>;
  queue: Pick<Queue, 'depth'>;
  gates: Pick<Gates, 'isOpen' | 'worksFor'>;
  /** Rejects while something that the step needs is unavailable. Absent: only its work shows that. */
  probe?: ((kind: StepKind, signal: AbortSignal) => Promise<void>) | undefined;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
};
type Stopped = { resource_id: string; org_id: string };
/** `after`: the last picture that was tried. `probe_at`, by `elapsed`: when the next one may find out. */
type Progress = { after: string | null; probe_at: number; pause_ms: number };

export function createRetries(parts: Parts) {
  const { facts, engine, queue, gates, probe, clock, limits, log, origin } = parts;
  const progress = new Map<StepKind, Progress>();
  const progressOf = (kind: StepKind): Progress => {
    const existing = progress.get(kind) ?? {
      after: null,
      probe_at: Number.NEGATIVE_INFINITY,
      pause_ms: limits.retry_probe_min_ms,
    };
    progress.set(kind, existing);
    return existing;
  };

  /** Continues after the last page, then from the first, so that a refused picture does not block the others. */
  async function nextPage(kind: StepKind, at: Progress, max: number): Promise<Stopped[]> {
    const page = await facts.resources.toRetry(kind, at.after, max);
    if (page.length === 0 && at.after !== null) {
      at.after = null;
      return facts.resources.toRetry(kind, null, max);
    }
    return page;
  }
  async function retry(kind: StepKind, at: Progress, max: number, by_service: RetriedBy): Promise<void> {
    const page = await nextPage(kind, at, max);
    for (const { resource_id, org_id } of page)
      await engine.send({ scope: { org_id }, resource_id }, () => ({ event: { type: 'RETRY', by_service } }), origin);
    at.after = page.at(-1)?.resource_id ?? null;
    if (page.length > 0)
      log.info(
        { event: 'step.retried_after_outage', kind, count: page.length, by_service },
        'retrying pictures that an outage had stopped',
      );
  }
  async function isAvailable(kind: StepKind): Promise<boolean> {
    if (!probe) return true;
    return withTimeout({ clock, limit_ms: limits.retry_ask_ms }, (signal) => probe(kind, signal)).then(
      () => true,
      () => false, // asked again the next time; the gate has logged the outage
    );
  }
  async function retryOneAsProbe(kind: StepKind, at: Progress): Promise<void> {
    if (clock.elapsed() < at.probe_at || (await queue.depth(kind)).waiting > 0) return; // one that waits is a probe as well
    if (!(await isAvailable(kind))) return;
    at.probe_at = clock.elapsed() + at.pause_ms;
    at.pause_ms = Math.min(2 * at.pause_ms, limits.retry_probe_max_ms);
    await retry(kind, at, 1, 'probe');
  }
  async function look(kind: StepKind): Promise<void> {
    const at = progressOf(kind);
    if ((await nextPage(kind, at, 1)).length === 0) return;
    const works_ms = gates.isOpen(kind) ? gates.worksFor(kind) : null;
    if (works_ms === null) return retryOneAsProbe(kind, at);
    at.pause_ms = limits.retry_probe_min_ms;
    if (works_ms < limits.retry_after_ms) return;
    const { waiting } = await queue.depth(kind);
    if (waiting < limits.retry_batch) await retry(kind, at, limits.retry_batch - waiting, 'mended');
  }

  return {
    /** One look at each of these steps. Throws what the stores throw. */
    async once(kinds: readonly StepKind[]): Promise<void> {
      for (const kind of kinds) await look(kind);
    },
  };
}
