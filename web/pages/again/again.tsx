/** Read again: pictures chosen by remark or engine, read another way, and seen on their way. */
import '../../styles/work/index.css';
import { useSelector } from '@xstate/store-react';
import { useEffect, useId, useState } from 'react';
import { Link } from 'wouter';
import { REMARKS, type RemarkCode } from '../../../contract/remark-codes.ts';
import { ENGINE_CHOICES } from '../../../contract/steps.ts';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { isAborted, whyOf } from '../../api/refused.ts';
import { sayOf } from '../../pictures/state-of.ts';
import { Strokes } from '../../pictures/strokes.tsx';
import { Thumb } from '../../pictures/thumb.tsx';
import { pictureAtom } from '../../stores/pictures.ts';
import { againWords } from '../../words/again.ts';
import { num } from '../../words/format.ts';
import { pictureWords } from '../../words/pictures.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import {
  countOf,
  enginesSeen,
  followProgress,
  type How,
  type Ordered,
  progressOf,
  readAgain,
  remarkCounts,
  type Which,
} from './again-store.ts';

const ofAddress = (): RemarkCode | null => {
  const given = new URLSearchParams(location.search).get('remark');
  return REMARKS.find((code) => code === given) ?? null;
};

export default function Again() {
  const words = useWords(againWords);
  const [which, setWhich] = useState<Which>(() => ({ remark: ofAddress(), engine: null }));
  const [how, setHow] = useState<How>({ own_text: undefined, read_by: undefined, discard_corrections: false });
  const [state, setState] = useState<'choosing' | 'ordering' | Ordered>('choosing');
  const chosen = which.remark !== null || which.engine !== null;
  const count = useAnswer(`${which.remark} ${which.engine}`, (signal) => (chosen ? countOf(which, signal) : Promise.resolve(0)));
  const order = async () => {
    setState('ordering');
    setState(await readAgain(which, how));
  };
  return (
    <div className="work narrow">
      <div className="head">
        <div>
          <h1>{words.title}</h1>
          <p className="lede">{words.meaning}</p>
        </div>
      </div>
      <Choose which={which} onChange={setWhich} />
      <Ways how={how} onChange={setHow} />
      <div className="acts order">
        <button type="button" className="b first" disabled={!count.value || state === 'ordering'} onClick={() => void order()}>
          {state === 'ordering' ? words.ordering : words.read(count.value ?? 0)}
        </button>
        <p className="soft" role="status">
          {count.failed ?? (!chosen ? words.choose : count.value === 0 ? words.none : '')}
        </p>
      </div>
      {typeof state === 'string' ? null : <Moving key={state.ids[0]} ordered={state} />}
    </div>
  );
}

/** value: null while it is not known. failed: why it will not be. */
function useAnswer<Value>(key: string, ask: (signal: AbortSignal) => Promise<Value>) {
  const [answer, setAnswer] = useState<{ value: Value | null; failed: string | null }>({ value: null, failed: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what is asked
  useEffect(() => {
    const stop = new AbortController();
    ask(stop.signal).then(
      (value) => setAnswer({ value, failed: null }),
      (error: unknown) => {
        if (isAborted(error)) return;
        setAnswer({ value: null, failed: whyOf(error) });
      },
    );
    return () => stop.abort();
  }, [key]);
  return answer;
}

function Choose({ which, onChange }: { which: Which; onChange: (which: Which) => void }) {
  const words = useWords(againWords);
  const remarks = useWords(pictureWords).remarks;
  const id = useId();
  const counts = useAnswer('remarks', remarkCounts);
  const engines = useAnswer('engines', enginesSeen);
  return (
    <section className="group">
      <header>
        <h2>{words.which}</h2>
        <p>{words.which_meaning}</p>
      </header>
      <div className="rows">
        <div className="line">
          <label htmlFor={`${id}remark`}>{words.remark}</label>
          <select
            id={`${id}remark`}
            className="pick"
            value={which.remark ?? ''}
            onChange={({ target }) => onChange({ ...which, remark: REMARKS.find((code) => code === target.value) ?? null })}
          >
            <option value="">{words.any_remark}</option>
            {REMARKS.map((code) => (
              <option key={code} value={code}>
                {remarks[code]} ({num(counts.value?.[code] ?? 0)})
              </option>
            ))}
          </select>
        </div>
        <div className="line">
          <label htmlFor={`${id}engine`}>{words.engine}</label>
          <select
            id={`${id}engine`}
            className="pick"
            value={which.engine ?? ''}
            onChange={({ target }) => onChange({ ...which, engine: target.value === '' ? null : target.value })}
          >
            <option value="">{words.any_engine}</option>
            {(engines.value ?? []).map((engine) => (
              <option key={engine}>{engine}</option>
            ))}
          </select>
        </div>
      </div>
    </section>
  );
}

const OWN_TEXT = ['use', 'ignore'] as const;
function Ways({ how, onChange }: { how: How; onChange: (how: How) => void }) {
  const words = useWords(againWords);
  const id = useId();
  return (
    <section className="group">
      <header>
        <h2>{words.how}</h2>
        <p>{words.how_meaning}</p>
      </header>
      <div className="rows">
        <div className="line">
          <label htmlFor={`${id}own`}>{words.own_text}</label>
          <select
            id={`${id}own`}
            className="pick"
            value={how.own_text ?? ''}
            onChange={({ target }) => onChange({ ...how, own_text: OWN_TEXT.find((one) => one === target.value) })}
          >
            <option value="">{words.as_before}</option>
            {OWN_TEXT.map((one) => (
              <option key={one} value={one}>
                {words[one]}
              </option>
            ))}
          </select>
        </div>
        <div className="line">
          <label htmlFor={`${id}by`}>{words.read_by}</label>
          <select
            id={`${id}by`}
            className="pick"
            value={how.read_by ?? ''}
            onChange={({ target }) => onChange({ ...how, read_by: ENGINE_CHOICES.find((one) => one === target.value) })}
          >
            <option value="">{words.as_before}</option>
            {ENGINE_CHOICES.map((one) => (
              <option key={one} value={one}>
                {one === 'auto' ? words.auto : one}
              </option>
            ))}
          </select>
        </div>
        <div className="line">
          <label htmlFor={`${id}discard`}>{words.discard}</label>
          <input
            id={`${id}discard`}
            type="checkbox"
            checked={how.discard_corrections}
            onChange={({ currentTarget }) => onChange({ ...how, discard_corrections: currentTarget.checked })}
          />
        </div>
      </div>
    </section>
  );
}

const SHOWN = 24;
/** What was ordered, as events move it. */
function Moving({ ordered: { ids, refused, why } }: { ordered: Ordered }) {
  const words = useWords(againWords);
  const [progress, setProgress] = useState(() => progressOf(ids));
  useEffect(() => followProgress(ids, setProgress), [ids]);
  const { ready, working, failed } = progress;
  return (
    <section className="moving">
      <h2 aria-live="polite">
        {words.ordered(ids.length)} {words.progress(ready, working, failed)}
      </h2>
      {refused > 0 ? <p className="fail">{words.refused(refused, why)}</p> : null}
      <div className="fan">
        {ids.slice(0, SHOWN).map((id) => (
          <One key={id} id={id} />
        ))}
        {ids.length > SHOWN ? <span>{words.and_more(ids.length - SHOWN)}</span> : null}
      </div>
    </section>
  );
}

function One({ id }: { id: string }) {
  const atom = pictureAtom(id);
  if (!atom) throw new Error(`${id} was ordered and is not known`);
  const picture = useSelector(atom, (value) => value);
  const language = useLanguage();
  const words = useWords(againWords);
  const said = sayOf(picture, now(), language);
  const title = picture.metadata.title ?? picture.filename;
  return (
    <Link className="one" href={WEB_PAGES.picture.replace(':id', id)} title={title} data-phase={picture.phase}>
      <Thumb picture={picture} />
      <Strokes picture={picture} label={`${title}: ${said?.text ?? words.ready}`} />
    </Link>
  );
}
