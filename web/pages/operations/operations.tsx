/** Operations: the sentence that answers "how late is searchable?", then the numbers, then the buttons. */
import '../../styles/work/index.css';
import { useSelector } from '@xstate/store-react';
import { useEffect } from 'react';
import type { OpsSummary } from '../../../contract/ops-summary.ts';
import { session } from '../../stores/session.ts';
import { clock, span } from '../../words/format.ts';
import { operationsWords } from '../../words/operations.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { Letters, StuckOnes } from './letters.tsx';
import { followOps, ops } from './ops-store.ts';
import { OtherRuns, Verify } from './runs.tsx';
import { headline, lede } from './sentence.ts';
import { Statuses } from './statuses.tsx';
import { Steps } from './steps.tsx';

export default function Operations() {
  const words = useWords(operationsWords);
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: answers hold words in the reader's language
  useEffect(() => followOps(), [language]);
  const { seen, failed } = useSelector(ops, ({ context }) => context);
  const may_pause = useSelector(session, ({ context }) => context.me?.installation ?? false);
  if (failed?.status === 403)
    return (
      <div className="middle">
        <h1>{words.forbidden}</h1>
        <p className="soft">{failed.why}</p>
      </div>
    );
  if (!seen)
    return (
      <div className="work">
        <h1 className="vh">{words.title}</h1>
      </div>
    );
  const { summary, stuck, letters, runs } = seen;
  return (
    <div className="work">
      <div className="head">
        <div role="status">
          <h1>{headline(summary)}</h1>
          <p className="lede">{lede(summary)}</p>
        </div>
        <p className="end dim s">{summary.scope === 'organisation' ? `${words.own_only} ${words.ready_only}` : words.of_all}</p>
      </div>
      {failed === null ? null : (
        <p className="note" role="alert">
          <b>{words.failed}</b> {failed.why}
        </p>
      )}
      <Steps summary={summary} may_pause={may_pause} />
      <Parts summary={summary} />
      <div className="cols">
        <div>
          <Statuses summary={summary} />
          <Workers summary={summary} />
        </div>
        <div>
          <Letters letters={letters} />
          <StuckOnes stuck={stuck} />
          <Verify runs={runs} />
          <OtherRuns runs={runs} />
        </div>
      </div>
    </div>
  );
}

const DOTS: Partial<Record<OpsSummary['parts'][number]['state'], string>> = { ok: '', slow: 'wait', paused: 'wait' };
function Parts({ summary }: { summary: OpsSummary }) {
  const words = useWords(operationsWords);
  return (
    <ul className="parts" aria-label={words.parts}>
      {summary.parts.map(({ part, label, state, state_label, since, why, detail }) => (
        <li key={part} title={detail ?? undefined} data-part={part} data-state={state}>
          <span className={`dot ${DOTS[state] ?? 'fail'}`} />
          {label} <span className="dim">{state === 'ok' ? state_label : `${why ?? state_label}, ${clock(since)}`}</span>
        </li>
      ))}
    </ul>
  );
}

/** Only for who looks after the installation. */
function Workers({ summary }: { summary: OpsSummary }) {
  const words = useWords(operationsWords);
  if (summary.workers === null) return null;
  return (
    <section className="block">
      <header>
        <h2>{words.workers}</h2>
      </header>
      <ul className="rows">
        {summary.workers.map(({ id, role, version, kinds, last_seen_at }) => (
          <li key={id} className="s">
            <span className="word">
              {role} {id} {version}
            </span>{' '}
            {kinds
              .map((kind) => (Object.hasOwn(words.step, kind) ? words.step[kind as keyof typeof words.step] : kind))
              .join(', ')}{' '}
            <span className="dim">{words.worker_seen(span(Date.parse(summary.at) - Date.parse(last_seen_at)))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
