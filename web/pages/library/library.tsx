/** The library, which is its search. */

import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { api } from '../../api/api.ts';
import { onPictureEvent, pictureNow, putPictures } from '../../stores/pictures.ts';
import { query } from '../../stores/query.ts';
import { libraryWords } from '../../words/library.ts';
import { useWords } from '../../words/words.ts';

export function Library() {
  const words = useWords(libraryWords);
  const { q } = useSelector(query, ({ context }) => context);
  const [ids, setIds] = useState<readonly string[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const read = () =>
      void api.search({ query: { q }, signal: stop.signal }).then(
        ({ body }) => setIds(putPictures(body.items.map(({ resource }) => resource))),
        () => {},
      );
    read();
    const end = onPictureEvent(read);
    return () => {
      end();
      stop.abort();
    };
  }, [q]);
  return (
    <>
      <h1 className="vh">{words.title}</h1>
      <ul>
        {ids.map((id) => (
          <li key={id}>
            <Link href={`/pictures/${id}`}>{pictureNow(id)?.metadata.title ?? pictureNow(id)?.filename}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}
