/** The six steps on one line: what is in line, at work, how long the oldest waits, and the last hour as bars. */
import type { OpsSummary, StepOverview } from '../../../contract/ops-summary.ts';
import { api } from '../../api/api.ts';
import { Icon } from '../../frame/icons.tsx';
import { clock, num, span } from '../../words/format.ts';
import { operationsWords } from '../../words/operations.ts';
import { useWords } from '../../words/words.ts';
import { order } from './ops-store.ts';
import { partOf } from './sentence.ts';

export function Steps({ summary, may_pause }: { summary: OpsSummary; may_pause: boolean }) {
  return (
    <ol className="steps">
      {summary.steps.map((step) => (
        <Step key={step.kind} step={step} summary={summary} may_pause={may_pause} />
      ))}
    </ol>
  );
}

function Step({ step, summary, may_pause }: { step: StepOverview; summary: OpsSummary; may_pause: boolean }) {
  const words = useWords(operationsWords);
  const { kind, in_line, at_work, oldest_s, per_minute_out, paused, paused_at, last_failure } = step;
  const name = words.step[kind];
  const away = partOf(summary, kind);
  const is_down = away !== null || step.breaker === 'open';
  const since = away?.since ?? step.open_since;
  const idle = (in_line ?? 0) + at_work === 0;
  const look = is_down ? 'down' : paused ? 'paused' : idle ? 'idle' : '';
  const hour = per_minute_out.reduce((sum, count) => sum + count, 0);
  return (
    <li className={look} data-step={kind}>
      <p className="n">
        {in_line === null ? '–' : num(in_line)}
        <small>{in_line === null ? words.not_known : words.in_line}</small>
      </p>
      <div className="pipe" />
      <h2>{name}</h2>
      {is_down ? (
        <p className="down-say">{away && away.state !== 'away' ? away.why : words.no_answer(clock(since ?? summary.at))}</p>
      ) : null}
      {paused ? <p className="wait">{words.paused_since(clock(paused_at ?? summary.at))}</p> : null}
      <p>
        {words.at_work(at_work)}
        {oldest_s === null ? '' : `, ${words.oldest(span(oldest_s * 1_000))}`}
      </p>
      <p>{words.a_minute(hour)}</p>
      <Bars counts={per_minute_out} label={words.last_hour(name, hour, Math.max(0, ...per_minute_out))} />
      {last_failure && is_down ? <p className="word">{last_failure.code}</p> : null}
      {may_pause ? (
        <button
          type="button"
          className="b plain"
          onClick={() => void order(() => api.patch_step({ params: { kind }, body: { paused: !paused } }))}
        >
          <Icon name={paused ? 'play' : 'pause'} />
          {paused ? words.resume(name) : words.pause(name)}
        </button>
      ) : null}
    </li>
  );
}

const MINUTES = 60;
const TALL = 26;
/** One bar a minute, the present one last. */
function Bars({ counts, label }: { counts: readonly number[]; label: string }) {
  const most = Math.max(1, ...counts);
  const bars = counts
    .slice(-MINUTES)
    .map((count, n) => ({ x: n * 3, count, height: count === 0 ? 1 : Math.max(2, (count / most) * TALL) }));
  return (
    <svg className="bars" viewBox={`0 0 ${MINUTES * 3} ${TALL}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {bars.map(({ x, count, height }) => (
        <rect key={x} className={count === 0 ? 'none' : undefined} x={x} y={TALL - height} width={2} height={height} />
      ))}
    </svg>
  );
}
