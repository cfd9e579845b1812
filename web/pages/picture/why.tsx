/** Why it can or can't be found: each fact as it was looked at this moment. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import type { Explanation } from '../../../contract/explain.ts';
import { api } from '../../api/api.ts';
import { isAborted } from '../../api/refused.ts';
import { Icon } from '../../frame/icons.tsx';
import type { Picture } from '../../stores/pictures.ts';
import { query } from '../../stores/query.ts';
import { span } from '../../words/format.ts';
import { pageWords } from '../../words/picture.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { every, now } from '../../world.ts';

type Known = { explanation: Explanation; at: number };

export function Why({ picture }: { picture: Picture }) {
  const words = useWords(pageWords);
  const language = useLanguage();
  const { resource_id, status, searchable, revision, phase } = picture;
  const q = useSelector(query, ({ context }) => context.q.trim());
  const [known, setKnown] = useState<Known | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what moves the picture is looked at anew, and so is what a person asks for
  useEffect(() => {
    const stop = new AbortController();
    setFailed(false);
    api.explain_resource({ params: { resource_id }, query: q === '' ? {} : { q }, signal: stop.signal }).then(
      ({ body }) => setKnown({ explanation: body, at: now() }),
      (error: unknown) => !isAborted(error) && setFailed(true),
    );
    return () => stop.abort();
  }, [resource_id, status, revision, language, q, turn]);
  return (
    <section>
      <h2>{!searchable ? words.why_not : phase === 'failed' ? words.why_partly : words.why_found}</h2>
      {known ? <Checks explanation={known.explanation} /> : null}
      <p className="s dim">
        {failed ? words.failed_part : known ? <Ago at={known.at} /> : words.looking}{' '}
        <button type="button" className="b link s" onClick={() => setTurn(turn + 1)}>
          {failed ? words.again : words.look_again}
        </button>
      </p>
    </section>
  );
}

function Checks({ explanation }: { explanation: Explanation }) {
  const words = useWords(pageWords);
  const { searchable, because, facts, query: asked } = explanation;
  const lacking = (asked?.terms ?? []).filter(({ found }) => found === false).map(({ term }) => term);
  const wrong = facts.filter(({ ok }) => !ok);
  return (
    <>
      {searchable && wrong.length === 0 ? null : <p className="soft s because">{because}</p>}
      {lacking.length > 0 ? <p className="soft s because">{words.lacks(lacking)}</p> : null}
      {asked?.found ? <p className="soft s because">{words.has_all}</p> : null}
      <ul className="checks">
        {facts.map(({ fact, ok, expected, found }) => (
          <li key={fact} className={ok ? undefined : 'no'} title={`${expected}: ${found}`}>
            <Icon name={ok ? 'check' : 'x'} />
            {ok ? words.facts[fact] : words.not_ok(words.facts[fact] ?? fact)}
          </li>
        ))}
      </ul>
    </>
  );
}

function Ago({ at }: { at: number }) {
  const words = useWords(pageWords);
  const [time, setTime] = useState(now);
  useEffect(() => every(5_000, () => setTime(now())), []);
  return words.looked(span(Math.max(1_000, time - at)));
}
