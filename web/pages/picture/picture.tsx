/** One picture: left the picture, in the middle what was read at the same place, right the facts. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import '../../styles/picture/index.css';
import { isUnreachable, Refused } from '../../api/refused.ts';
import { pictureAtom, readPicture } from '../../stores/pictures.ts';
import { frameWords } from '../../words/frame.ts';
import { pageWords } from '../../words/picture.ts';
import { useWords } from '../../words/words.ts';
import { actsFor } from './acts.ts';
import { Details } from './details.tsx';
import { History, useHistory } from './history.tsx';
import { usePlace } from './neighbours.ts';
import { Stage } from './stage.tsx';
import { Where } from './where.tsx';
import { Why } from './why.tsx';

export default function Picture({ id }: { id: string }) {
  const words = useWords(frameWords);
  const page = useWords(pageWords);
  const [read, setRead] = useState<'yes' | 'none' | 'failed' | 'not_yet'>(pictureAtom(id) ? 'yes' : 'not_yet');
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a person asks again
  useEffect(() => {
    const stop = new AbortController();
    readPicture(id, stop.signal).then(
      () => setRead('yes'),
      (error: unknown) => {
        if (error instanceof Refused && !isUnreachable(error)) setRead('none');
        else if (!stop.signal.aborted) setRead((before) => (before === 'yes' ? 'yes' : 'failed'));
      },
    );
    return () => stop.abort();
  }, [id, turn]);
  if (read === 'none')
    return (
      <div className="middle">
        <h1>{words.not_found}</h1>
        <p className="soft">{words.not_found_meaning}</p>
      </div>
    );
  if (read === 'failed')
    return (
      <div className="middle">
        <h1>{page.failed_part}</h1>
        <button type="button" className="b first" onClick={() => setTurn(turn + 1)}>
          {page.again}
        </button>
      </div>
    );
  return read === 'yes' ? <Shown id={id} /> : <div className="one waiting" />;
}

function Shown({ id }: { id: string }) {
  const words = useWords(pageWords);
  const atom = pictureAtom(id);
  if (!atom) throw new Error(`${id} was not read`);
  const picture = useSelector(atom, (value) => value);
  const place = usePlace(id);
  const history = useHistory(picture);
  const acts = actsFor(picture);
  const [whole_history, setWholeHistory] = useState(false);
  const [asked, setAsked] = useState(0);
  const whole = picture.remarks.filter(({ page }) => page === null);
  return (
    <Stage picture={picture} place={place} acts={acts} onDetails={() => setAsked(asked + 1)}>
      <aside className="facts">
        <Where
          picture={picture}
          history={history}
          acts={acts}
          onDetails={() => setAsked(asked + 1)}
          onHistory={() => {
            setWholeHistory(true);
            document.getElementById('history')?.focus();
          }}
        />
        {whole.length > 0 ? (
          <section>
            <h2>{words.remarks}</h2>
            {whole.map(({ code, meaning }) => (
              <p key={code} className="note wait">
                {meaning}
              </p>
            ))}
          </section>
        ) : null}
        {picture.phase === 'gone' ? null : <Why picture={picture} />}
        <Details picture={picture} may={acts.may('METADATA_SUBMITTED')} asked={asked} onChange={acts.describe} />
        <History items={history} open={whole_history} />
      </aside>
    </Stage>
  );
}
