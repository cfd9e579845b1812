/** Where the pictures are: each status with its count and the age of its oldest. A row leads to the library. */
import { Link } from 'wouter';
import type { OpsSummary } from '../../../contract/ops-summary.ts';
import { type Phase, statusRow } from '../../../contract/statuses.ts';
import { STEPS, type StepKind } from '../../../contract/step-kinds.ts';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { parseQuery, searchOf } from '../../stores/query.ts';
import { num, span } from '../../words/format.ts';
import { operationsWords } from '../../words/operations.ts';
import { useWords } from '../../words/words.ts';

/** The step that works on a picture of this status, or that it waits for. */
const STEP_OF: Record<string, StepKind> = {
  READY_FOR_OCR: 'ocr',
  INIT: 'ocr',
  OCR_DONE: 'save',
  METADATA_SAVED: 'embed',
  VECTOR_PENDING: 'embed',
  VECTOR_DONE: 'index',
  DELETING: 'purge',
};
/** Late: a tenth of what the step may take; very late: half of it. */
function lateness(status: string, oldest_s: number | null): 'wait' | 'fail' | '' {
  const kind = STEP_OF[status];
  if (!kind || oldest_s === null) return '';
  const share = (oldest_s * 1_000) / STEPS[kind].deadline_ms;
  return share >= 0.5 ? 'fail' : share >= 0.1 ? 'wait' : '';
}
const addressOf = (phase: Phase): string =>
  WEB_PAGES.library + searchOf({ ...parseQuery(''), ...(phase === 'gone' ? { trash: true } : { phases: [phase] }) });

export function Statuses({ summary }: { summary: OpsSummary }) {
  const words = useWords(operationsWords);
  const rows = (summary.by_status ?? []).filter(({ count }) => count > 0);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="block">
      <header>
        <h2>{words.where}</h2>
        <span className="dim num">{num(total)}</span>
      </header>
      <table>
        <thead>
          <tr>
            <th>{words.status}</th>
            <th className="r">{words.count}</th>
            <th className="r">{words.oldest_one}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ status, label, count, count_is_exact, oldest_s }) => (
            <tr key={status}>
              <td>
                <Link href={addressOf(statusRow(status).phase)}>
                  <span className="word">{status}</span> <span className="dim s">{label}</span>
                </Link>
              </td>
              <td className="r">{count_is_exact ? num(count) : words.at_least(num(count))}</td>
              <td className={`r ${lateness(status, oldest_s)}`}>
                {oldest_s === null || statusRow(status).phase === 'ready' ? '' : span(oldest_s * 1_000)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
