/** What stopped, grouped by reason: in plain words, whether it is findable all the same, and whether now is a good moment. */
import { useSelector } from '@xstate/store-react';
import { Link } from 'wouter';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { Icon } from '../../frame/icons.tsx';
import { Thumb } from '../../pictures/thumb.tsx';
import { clock, day, num } from '../../words/format.ts';
import { inboxWords } from '../../words/inbox.ts';
import { useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { retryGroup } from './acts.ts';
import { type Answer, type Group, inbox } from './inbox-store.ts';
import { useFocusAfter } from './next.ts';
import { Section } from './section.tsx';

export function Stopped() {
  const words = useWords(inboxWords);
  const { groups, answers } = useSelector(inbox, ({ context }) => context);
  const stopped = groups.filter(({ status }) => status !== 'REJECTED');
  if (stopped.length === 0) return null;
  const count = stopped.reduce((sum, group) => sum + (answers[group.key] ? 0 : group.count), 0);
  return (
    <Section kind="fail" title={words.stopped} count={count} meaning={words.stopped_meaning}>
      {stopped.map((group) => (
        <Cause key={group.key} group={group} answered={answers[group.key]} />
      ))}
    </Section>
  );
}

/** The first sentence is the heading, the others follow. */
export function parted(meaning: string): [first: string, rest: string] {
  const [, first = meaning, rest = ''] = /^(.*?[.。])\s*(.*)$/s.exec(meaning) ?? [];
  return [first.replace(/[.。]$/, ''), rest];
}

const DAY_MS = 86_400_000;
const timeOf = (at: string): string => (now() - Date.parse(at) < DAY_MS ? clock(at) : `${day(at, now())}, ${clock(at)}`);

function Cause({ group, answered }: { group: Group; answered: Answer | undefined }) {
  const words = useWords(inboxWords);
  const { place, press } = useFocusAfter(answered !== undefined);
  const { count, findable, samples, advice, advice_text, since, oldest_at, step, code, meaning } = group;
  const [title, rest] = parted(meaning ?? code ?? '');
  const is_away = advice === 'wait' && since === null;
  const was_away = since !== null && oldest_at !== null && since > oldest_at;
  const found =
    findable === count ? words.findable_all : findable === 0 ? words.findable_none : words.findable_some(findable, count);
  const first = samples[0];
  return (
    <div className="cause" ref={place}>
      <div>
        <h3>
          {title} <span className="dim num">{num(count)}</span>
        </h3>
        <p>
          {words.at_step(words.step[step ?? ''] ?? step ?? '')} {rest} {found} {advice === 'replace' ? advice_text : ''}
        </p>
        {is_away ? <p className="say wait">{words.away}</p> : null}
        {was_away ? <p className="say good">{words.good_since(timeOf(since))}</p> : null}
      </div>
      {answered ? (
        <p className={answered.bad ? 'answer fail' : 'answer'} role="status">
          {answered.text}
        </p>
      ) : (
        <div className="acts">
          {step === 'ocr' && count === 1 && first?.viewable ? (
            <Link className="b plain" href={WEB_PAGES.picture.replace(':id', first.resource_id)}>
              {words.write_text}
            </Link>
          ) : null}
          <button
            type="button"
            className={is_away || advice === 'replace' ? 'b plain' : 'b first'}
            disabled={is_away}
            data-next
            onClick={() => {
              press();
              void retryGroup(group);
            }}
          >
            <Icon name="retry" />
            {is_away ? words.not_yet : words.retry_all(count)}
          </button>
        </div>
      )}
      <div className="fan">
        {samples.map((picture) => (
          <Link
            key={picture.resource_id}
            href={WEB_PAGES.picture.replace(':id', picture.resource_id)}
            aria-label={picture.metadata.title ?? picture.filename}
            title={picture.metadata.title ?? picture.filename}
          >
            <Thumb picture={picture} />
          </Link>
        ))}
        {count > samples.length ? <span>{words.and_more(count - samples.length)}</span> : null}
      </div>
    </div>
  );
}
