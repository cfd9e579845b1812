/** Verify, with its progress and findings; and what other long work was done. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { Run } from '../../../contract/runs.ts';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { api } from '../../api/api.ts';
import { clock, num } from '../../words/format.ts';
import { operationsWords } from '../../words/operations.ts';
import { useWords } from '../../words/words.ts';
import { order } from './ops-store.ts';
import { shortTime } from './short-time.ts';

const ACTIVE = new Set<Run['status']>(['queued', 'running', 'stopping']);
export const isActive = ({ status }: Run): boolean => ACTIVE.has(status);
const stop = ({ run_id }: Run) => void order(() => api.stop_run({ params: { run_id } }));

export function Verify({ runs }: { runs: readonly Run[] }) {
  const words = useWords(operationsWords);
  const last = runs.find(({ kind }) => kind === 'verify') ?? null;
  const active = last !== null && isActive(last);
  const start = (heal: boolean) => void order(() => api.start_run({ body: { kind: 'verify', heal } }));
  return (
    <section className="block" data-block="verify">
      <header>
        <h2>{words.verify}</h2>
        <span className="dim s">{last ? words.at(shortTime(last.created_at)) : words.not_yet_run}</span>
        <div className="end">
          {active && last ? (
            <button type="button" className="b link" onClick={() => stop(last)}>
              {words.stop}
            </button>
          ) : null}
        </div>
      </header>
      {last ? <Progress run={last} /> : <p className="soft">{words.verify_meaning}</p>}
      {active ? null : (
        <div className="acts">
          <button type="button" className="b plain" onClick={() => start(false)}>
            {words.compare}
          </button>
          <button type="button" className="b plain" onClick={() => start(true)}>
            {words.heal}
          </button>
        </div>
      )}
    </section>
  );
}

/** The bar stays empty where the total is not known. */
function Progress({ run }: { run: Run }) {
  const words = useWords(operationsWords);
  const { done, total, ends_at, reason, waits_for, findings_total, status } = run;
  const share = status === 'done' ? 1 : total ? Math.min(1, done / total) : 0;
  return (
    <>
      <div
        className="meter"
        role="progressbar"
        aria-label={words.verify}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <i style={{ width: `${share * 100}%` }} />
      </div>
      <p className="soft s num" role="status">
        {total === null ? words.progress_open(num(done)) : words.progress(num(done), num(Math.max(total, done)))}{' '}
        {ends_at === null ? '' : words.ends_at(clock(ends_at))} {waits_for ?? ''}{' '}
        {findings_total === 0 && status === 'done' ? words.no_findings : null}
      </p>
      {reason ? (
        <p className="fail s">
          {reason.meaning} {reason.detail}
        </p>
      ) : null}
      {findings_total > 0 ? <Findings key={run.run_id} run={run} /> : null}
    </>
  );
}

function Findings({ run }: { run: Run }) {
  const words = useWords(operationsWords);
  const [all, setAll] = useState<Run['findings'] | null>(null);
  const by_kind = new Map<string, { meaning: string; outcome: Run['findings'][number]['outcome']; count: number }>();
  for (const { finding, meaning, outcome } of run.findings) {
    const key = `${finding} ${outcome}`;
    by_kind.set(key, { meaning, outcome, count: (by_kind.get(key)?.count ?? 0) + 1 });
  }
  const show = () =>
    void order(async () => {
      const { body } = await api.list_findings({ params: { run_id: run.run_id }, query: { limit: 200 } });
      setAll(body.items);
    });
  return (
    <div className="findings">
      <p className="s">
        <b>{words.findings(run.findings_total)}</b>{' '}
        {all === null ? (
          <button type="button" className="b link" onClick={show}>
            {words.show_findings}
          </button>
        ) : null}
      </p>
      <ul className="rows">
        {all === null
          ? [...by_kind].map(([key, { meaning, outcome, count }]) => (
              <li key={key} className="s">
                <span className="num">{num(count)}</span> {meaning} <b>{words.outcome[outcome]}</b>
              </li>
            ))
          : all.map(({ position, meaning, resource_id, subject, outcome }) => (
              <li key={position} className="s">
                {resource_id ? (
                  <Link className="word" href={WEB_PAGES.picture.replace(':id', resource_id)}>
                    {subject}
                  </Link>
                ) : (
                  <span className="word">{subject}</span>
                )}{' '}
                {meaning} <b>{words.outcome[outcome]}</b>
              </li>
            ))}
      </ul>
    </div>
  );
}

/** label: the status in words comes with the contract; here its name stands, as operators know it. */
export function OtherRuns({ runs }: { runs: readonly Run[] }) {
  const words = useWords(operationsWords);
  return (
    <section className="block" data-block="runs">
      <header>
        <h2>{words.runs}</h2>
      </header>
      {runs.length === 0 ? <p className="soft">{words.no_runs}</p> : null}
      <ul className="rows">
        {runs.map((run) => (
          <li key={run.run_id} className="s">
            {words.kind[run.kind]} <span className="word">{[run.step, run.code, run.status].filter(Boolean).join(' ')}</span>{' '}
            <span className="num">
              {num(run.done)}
              {run.total === null ? '' : ` / ${num(Math.max(run.total, run.done))}`}
            </span>{' '}
            <span className="dim">{shortTime(run.created_at)}</span> {run.reason?.meaning ?? ''}{' '}
            {isActive(run) && run.kind !== 'verify' ? (
              <button type="button" className="b link" onClick={() => stop(run)}>
                {words.stop}
              </button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
