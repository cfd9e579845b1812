/** What gave up, by step and code, with a replay; and what is stuck, which is always said. */
import { Link } from 'wouter';
import type { DeadLetterGroup } from '../../../contract/dead-letters.ts';
import type { Stuck } from '../../../contract/ops-summary.ts';
import { STEP_KINDS } from '../../../contract/step-kinds.ts';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { api } from '../../api/api.ts';
import { Icon } from '../../frame/icons.tsx';
import { num } from '../../words/format.ts';
import { operationsWords } from '../../words/operations.ts';
import { useWords } from '../../words/words.ts';
import { order } from './ops-store.ts';
import { shortTime } from './short-time.ts';

export function Letters({ letters }: { letters: readonly DeadLetterGroup[] }) {
  const words = useWords(operationsWords);
  const total = letters.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className="block">
      <header>
        <h2>{words.gave_up}</h2>
        <span className="dim num">{num(total)}</span>
      </header>
      {letters.length === 0 ? <p className="soft">{words.none_gave_up}</p> : null}
      <div className="rows">
        {letters.map((group) => (
          <Letter key={`${group.step} ${group.code}`} group={group} />
        ))}
      </div>
    </section>
  );
}

type Started = Parameters<typeof api.start_run>[0]['body'];
function Letter({ group }: { group: DeadLetterGroup }) {
  const words = useWords(operationsWords);
  const { step, code, meaning, count, first_at, last_at, advice, advice_text, retry_since } = group;
  const is_away = advice === 'wait' && retry_since === null;
  const kind = STEP_KINDS.find((one) => one === step);
  const times = words.letter(kind ? words.step[kind] : (step ?? ''), shortTime(first_at), shortTime(last_at));
  const replay = () =>
    order(() =>
      api.start_run({
        // The code is one that the service itself has named.
        body: {
          kind: 'replay',
          ...(kind ? { step: kind } : {}),
          ...(code ? { code: code as NonNullable<Started['code']> } : {}),
        },
      }),
    );
  return (
    <div className="cause">
      <div>
        <h3>
          <span className="word">{code}</span> <span className="dim num">{num(count)}</span>
        </h3>
        <p className="s">
          {times} {meaning} {advice_text}
        </p>
        {is_away ? <p className="say wait">{words.replay_not_yet}</p> : null}
      </div>
      <div className="acts">
        <button type="button" className="b plain" disabled={is_away} onClick={() => void replay()}>
          <Icon name="retry" />
          {words.replay(count)}
        </button>
      </div>
    </div>
  );
}

export function StuckOnes({ stuck }: { stuck: { items: readonly Stuck[]; is_whole: boolean } }) {
  const words = useWords(operationsWords);
  return (
    <section className="block">
      <header>
        <h2>{words.stuck}</h2>
      </header>
      {stuck.items.length === 0 ? <p className="soft">{words.stuck_none}</p> : null}
      <ul className="rows">
        {stuck.items.map(({ resource_id, why, words: said, step, since }) => (
          <li key={`${resource_id} ${why} ${step}`}>
            <Link className="word" href={WEB_PAGES.picture.replace(':id', resource_id)}>
              {resource_id}
            </Link>{' '}
            <span className="fail">{said}</span> <span className="dim">{words.stuck_since(shortTime(since))}</span>
          </li>
        ))}
      </ul>
      {stuck.is_whole ? null : <p className="soft">{words.more_stuck}</p>}
    </section>
  );
}
