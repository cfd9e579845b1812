/** One picture: the page that a print of the library leads to. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import { statusRow } from '../../../contract/statuses.ts';
import { addressOfCall } from '../../api/api.ts';
import { Refused } from '../../api/refused.ts';
import { pictureAtom, readPicture } from '../../stores/pictures.ts';
import { frameWords } from '../../words/frame.ts';
import { useText, useWords } from '../../words/words.ts';

export default function Picture({ id }: { id: string }) {
  const words = useWords(frameWords);
  const [read, setRead] = useState<'yes' | 'none' | 'not_yet'>(pictureAtom(id) ? 'yes' : 'not_yet');
  useEffect(() => {
    const stop = new AbortController();
    readPicture(id, stop.signal).then(
      () => setRead('yes'),
      (error: unknown) => {
        if (error instanceof Refused) setRead('none');
      },
    );
    return () => stop.abort();
  }, [id]);
  if (read === 'none') return <h1>{words.not_found}</h1>;
  return read === 'yes' ? <Shown id={id} /> : null;
}

function Shown({ id }: { id: string }) {
  const text = useText();
  const atom = pictureAtom(id);
  if (!atom) throw new Error(`${id} was not read`);
  const picture = useSelector(atom, (value) => value);
  const { metadata, filename, status, viewable } = picture;
  const source = addressOfCall('get_preview', { params: { resource_id: id }, query: { size: '1600' } });
  return (
    <>
      <h1>{metadata.title ?? filename}</h1>
      <p className="dim">{text(statusRow(status).label)}</p>
      {viewable ? <img className="whole" src={source} alt="" /> : null}
    </>
  );
}
