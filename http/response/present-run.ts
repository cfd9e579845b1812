/** Runs and findings as the contract shows them. */
import { FINDINGS, isFindingCode } from '../../contract/findings.ts';
import { type Finding, RUN_REASONS, type Run } from '../../contract/runs.ts';
import type { FindingRow, RunRecord } from '../../runtime/ports/runs.ts';
import { stateOf } from '../../runtime/runs/run-store.ts';
import type { Language } from '../context.ts';

const timeOf = (ms: number): string => new Date(ms).toISOString();
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeOf(ms));

export function presentRun(run: RunRecord, findings: FindingRow[], { language, now }: { language: Language; now: number }): Run {
  const { run_id, kind, status, installation, created_at, updated_at } = run;
  const { params, stage, done, total, counts, reason, waits_for, begun } = stateOf(run);
  const rate = status === 'running' && begun ? rateOf({ since: begun.at, from: begun.done, done, now }) : null;
  const left = total === null ? null : Math.max(0, total - done);
  return {
    ...{ run_id, kind, status, installation, ...params, stage, done, total, counts, waits_for },
    rate_per_s: rate === null ? null : Math.round(rate * 10) / 10,
    ends_at: rate === null || left === null || rate === 0 ? null : timeOf(now + (left / rate) * 1_000),
    reason: reason && { code: reason.code, meaning: RUN_REASONS[reason.code][language], detail: reason.detail },
    findings_total: run.findings,
    findings: findings.map((one) => presentFinding(one, language)),
    created_at: timeOf(created_at),
    updated_at: timeOf(updated_at),
  };
}

/** Items a second of the present stretch of work; null: it has not begun to show. */
function rateOf({ since, from, done, now }: { since: number; from: number; done: number; now: number }): number | null {
  const seconds = (now - since) / 1_000;
  return seconds > 0 && done > from ? (done - from) / seconds : null;
}

export const presentFinding = (row: FindingRow, language: Language): Finding => {
  const { position, finding, about, subject, detail, outcome, at } = row;
  const meaning = isFindingCode(finding) ? FINDINGS[finding][language] : finding;
  return { position, finding, meaning, resource_id: about, subject, detail, outcome, at: timeOf(at) };
};
