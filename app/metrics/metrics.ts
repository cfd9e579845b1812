/**
 * Metrics of this process in the format of Prometheus: what it has counted, and on each scrape what the facts and the queue say. Labels
 * are names of the contract, never anything that came from outside.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isFailureCode } from '../../contract/failures.ts';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import type { Observer } from '../../runtime/health/observer.ts';
import { createReading, type ReadingDeps } from './reading.ts';

/** Seconds: a step takes from a hundredth to its limit of minutes, a request from a thousandth to its limit. */
const RUN_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Methods that are no row of their own are one. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type Metrics = {
  observer: Observer;
  /** What is asked for on each scrape; before it is given, a scrape tells what was counted alone. */
  reads(deps: ReadingDeps): void;
  /** The text of a scrape, and its content type. Never rejects for a database that is away. */
  scrape(): Promise<{ type: string; text: string }>;
  close(): void;
};

export function createMetrics({ role, version }: { role: string; version: string }): Metrics {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const info = new Gauge({ name: 'tuodi_info', help: 'This process: always 1.', labelNames: ['role', 'version'], registers });
  info.set({ role, version }, 1);
  const reading: { now: ReturnType<typeof createReading> | null } = { now: null };
  return {
    observer: observerIn(registers),
    reads(deps) {
      reading.now = createReading(deps, registers);
    },
    async scrape() {
      await reading.now?.refresh();
      return { type: register.contentType, text: await register.metrics() };
    },
    close: () => register.clear(),
  };
}

function observerIn(registers: Registry[]): Observer {
  const runs = new Counter({
    name: 'tuodi_step_runs_total',
    help: 'Runs of steps that ended in this process. outcome: succeeded, or the code of the failure.',
    labelNames: ['step', 'outcome'],
    registers,
  });
  const repeated = new Counter({
    name: 'tuodi_step_attempts_repeated_total',
    help: 'Runs that were not the first attempt of their task.',
    labelNames: ['step'],
    registers,
  });
  const took = new Histogram({
    name: 'tuodi_step_run_seconds',
    help: 'How long runs of steps took.',
    labelNames: ['step'],
    buckets: RUN_BUCKETS,
    registers,
  });
  const requests = new Counter({
    name: 'tuodi_http_requests_total',
    help: 'Requests that were answered. route: its name in the API; 429 and 507 are refused by limits.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const answered = new Histogram({
    name: 'tuodi_http_request_seconds',
    help: 'How long requests took.',
    labelNames: ['route'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const readers = new Gauge({ name: 'tuodi_event_readers', help: 'Readers of events that are connected.', registers });
  for (const step of STEP_KINDS) {
    runs.inc({ step, outcome: 'succeeded' }, 0);
    repeated.inc({ step }, 0);
  }
  return {
    ran({ kind: step, outcome, attempt, ms }) {
      runs.inc({ step, outcome: outcome === 'succeeded' || isFailureCode(outcome) ? outcome : 'UNEXPECTED' });
      if (attempt > 1) repeated.inc({ step });
      took.observe({ step }, ms / 1_000);
    },
    requested({ route, method, status, ms }) {
      requests.inc({ route, method: METHODS.has(method) ? method : 'other', status: String(status) });
      answered.observe({ route }, ms / 1_000);
    },
    readers: (change) => readers.inc(change),
  };
}
