/** What can't be taken back is asked for by a second button in the same place. */
import { useState } from 'react';
import { peopleWords } from '../../words/people.ts';
import { useWords } from '../../words/words.ts';

export function Revoke({ name, onRevoke }: { name: string; onRevoke: () => void }) {
  const words = useWords(peopleWords);
  const [asked, setAsked] = useState(false);
  if (!asked)
    return (
      <button type="button" className="b plain" aria-label={words.revoke_name(name)} onClick={() => setAsked(true)}>
        {words.revoke}
      </button>
    );
  return (
    <>
      <button type="button" className="b plain danger" onClick={onRevoke}>
        {words.revoke_sure}
      </button>
      <button
        type="button"
        className="b"
        // biome-ignore lint/a11y/noAutofocus: a second press of the same key must not revoke
        autoFocus
        onClick={() => setAsked(false)}
      >
        {words.keep}
      </button>
    </>
  );
}
