/** What was not taken, by reason: a better file is added in its place, and the old one goes once that is in. */
import { useSelector } from '@xstate/store-react';
import { useRef } from 'react';
import { Link } from 'wouter';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { Icon } from '../../frame/icons.tsx';
import { pictureAtom, pictureNow } from '../../stores/pictures.ts';
import { num } from '../../words/format.ts';
import { inboxWords } from '../../words/inbox.ts';
import { useWords } from '../../words/words.ts';
import { addAgain, trashRejected } from './acts.ts';
import { type Answer, inbox } from './inbox-store.ts';
import { useFocusAfter } from './next.ts';
import { Section } from './section.tsx';
import { parted } from './stopped.tsx';

export function Rejected() {
  const words = useWords(inboxWords);
  const { rejected, groups, answers } = useSelector(inbox, ({ context }) => context);
  if (rejected.length === 0) return null;
  const by_code = new Map<string, string[]>();
  for (const id of rejected) {
    const code = pictureNow(id)?.failure?.code ?? '';
    by_code.set(code, [...(by_code.get(code) ?? []), id]);
  }
  const open = rejected.filter((id) => answers[id] === undefined);
  const total = groups.filter(({ status }) => status === 'REJECTED').reduce((sum, { count }) => sum + count, 0);
  return (
    <Section
      kind="fail"
      title={words.rejected}
      count={Math.max(open.length, total)}
      meaning={words.rejected_meaning}
      act={
        open.length > 1 ? (
          <button type="button" className="b plain" onClick={() => void trashRejected(open)}>
            {words.trash_all}
          </button>
        ) : null
      }
    >
      {[...by_code].map(([code, ids]) => (
        <Reason key={code} ids={ids} answers={answers} />
      ))}
      {total > rejected.length ? <p className="soft s">{words.more(total - rejected.length)}</p> : null}
    </Section>
  );
}

function Reason({ ids, answers }: { ids: readonly string[]; answers: Readonly<Record<string, Answer>> }) {
  const meaning = pictureNow(ids[0] ?? '')?.failure?.meaning ?? '';
  const [title, rest] = parted(meaning);
  return (
    <div className="reason">
      <h3>
        {title} {ids.length > 1 ? <span className="dim num">{num(ids.length)}</span> : null}
      </h3>
      <p className="soft">{rest}</p>
      {ids.map((id) => (
        <OldFile key={id} id={id} answered={answers[id]} />
      ))}
    </div>
  );
}

function OldFile({ id, answered }: { id: string; answered: Answer | undefined }) {
  const words = useWords(inboxWords);
  const atom = pictureAtom(id);
  if (!atom) throw new Error(`${id} is in the inbox and was not read`);
  const { filename } = useSelector(atom, (value) => value);
  const { place, press } = useFocusAfter(answered !== undefined);
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="again" ref={place} data-id={id}>
      <Link className="name" href={WEB_PAGES.picture.replace(':id', id)}>
        {filename}
      </Link>
      {answered ? (
        <p className="answer" role="status">
          {answered.text}{' '}
          {answered.undo ? (
            <button type="button" className="b link" onClick={() => void answered.undo?.()}>
              {words.undo}
            </button>
          ) : null}
        </p>
      ) : (
        <div className="acts">
          <input
            ref={field}
            type="file"
            hidden
            onChange={({ currentTarget: { files } }) => {
              const [file] = files ?? [];
              if (file) void addAgain(id, file);
            }}
          />
          <button
            type="button"
            className="b plain"
            data-next
            aria-label={words.add_again_for(filename)}
            onClick={() => field.current?.click()}
          >
            {words.add_again}
          </button>
          <button
            type="button"
            className="b icon"
            data-next
            aria-label={words.trash(filename)}
            title={words.trash(filename)}
            onClick={() => {
              press();
              void trashRejected([id]);
            }}
          >
            <Icon name="trash" />
          </button>
        </div>
      )}
    </div>
  );
}
