/** The report of a process that does nothing of its own. */
import type { Logger } from 'pino';
import type { Clock } from '../../runtime/async/clock.ts';
import type { CallbackCounts } from '../../runtime/health/callback-counts.ts';
import type { Parts } from '../../runtime/health/parts.ts';
import { createProcessReport } from '../../runtime/health/process-report.ts';
import type { Facts } from '../../runtime/ports/facts.ts';

type Given = { facts: Facts; parts: Parts; callback_counts: CallbackCounts; clock: Clock; log: Logger };
export function aloneReport({ facts, parts, callback_counts, clock, log }: Given) {
  const nothing = () => [];
  return createProcessReport({
    ...{
      processes: facts.processes,
      parts,
      clock,
      log,
      activity: nothing,
      outages: nothing,
      jobs: nothing,
      callbacks: callback_counts.list,
    },
    identity: { process_id: 'alone', role: 'serve', version: '0.0.0', kinds: [] },
  });
}
