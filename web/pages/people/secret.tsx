/** A link or a key, shown this once. */
import { useSelector } from '@xstate/store-react';
import { useState } from 'react';
import { Dialog } from '../../frame/dialog.tsx';
import { peopleWords } from '../../words/people.ts';
import { useWords } from '../../words/words.ts';
import { copyText } from '../../world.ts';
import { people } from './people-store.ts';

export function SecretDialog() {
  const words = useWords(peopleWords);
  const secret = useSelector(people, ({ context }) => context.secret);
  const [copied, setCopied] = useState(false);
  if (!secret) return null;
  const { kind, text, of } = secret;
  const title = kind === 'link' ? words.link_for(of) : of;
  const close = () => {
    setCopied(false);
    people.trigger.secret({ secret: null });
  };
  return (
    <Dialog className="sheet" label={title} onClose={close}>
      <header>
        <h2>{title}</h2>
      </header>
      <p className="soft">{kind === 'link' ? words.link_meaning(of) : words.key_meaning}</p>
      <p className="word secret">{text}</p>
      <div className="acts">
        <button type="button" className="b first" data-first onClick={() => void copyText(text).then(setCopied)}>
          {copied ? words.copied : words.copy}
        </button>
        <button type="button" className="b plain" onClick={close}>
          {words.done}
        </button>
      </div>
    </Dialog>
  );
}
