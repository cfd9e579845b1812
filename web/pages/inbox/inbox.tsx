/** The inbox: what waits for a person, by what helps. Emptied by the keyboard alone: each answer leads on to what comes next. */
import '../../styles/work/index.css';
import { useSelector } from '@xstate/store-react';
import { useEffect } from 'react';
import { useKeys } from '../../frame/use-keys.ts';
import { inboxWords } from '../../words/inbox.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { followInbox, inbox, readInbox } from './inbox-store.ts';
import { Needs } from './needs.tsx';
import { focusBy } from './next.ts';
import { Rejected } from './rejected.tsx';
import { Remarked } from './remarked.tsx';
import { Stopped } from './stopped.tsx';

export default function Inbox() {
  const words = useWords(inboxWords);
  const language = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: answers hold words in the reader's language
  useEffect(() => followInbox(), [language]);
  useKeys({ j: () => focusBy(1), k: () => focusBy(-1), ArrowDown: () => focusBy(1), ArrowUp: () => focusBy(-1) });
  const { known, failed, waiting, needs, groups, rejected } = useSelector(inbox, ({ context }) => context);
  const quiet = known && needs.length + groups.length + rejected.length === 0;
  return (
    <div className="work narrow">
      <div className="head">
        <div>
          <h1>{known && waiting > 0 ? words.waiting(waiting) : known ? words.nothing : words.title}</h1>
          {known ? (
            <p className="lede">{waiting > 0 ? `${words.lede} ${words.keys}` : quiet ? words.nothing_meaning : ''}</p>
          ) : null}
        </div>
      </div>
      {failed === null ? null : (
        <p className="note" role="alert">
          <b>{words.failed}</b> {failed}{' '}
          <button type="button" className="b link" onClick={() => void readInbox()}>
            {words.again}
          </button>
        </p>
      )}
      <Needs />
      <Stopped />
      <Rejected />
      <Remarked />
    </div>
  );
}
