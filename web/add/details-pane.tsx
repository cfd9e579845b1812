/** The details that all files of a batch have, or one of them for itself; saved as they are typed. */
import { useSelector } from '@xstate/store-react';
import { useId } from 'react';
import { Icon } from '../frame/icons.tsx';
import { TagField } from '../frame/tag-field.tsx';
import { addWords } from '../words/add.ts';
import { useWords } from '../words/words.ts';
import { Choosers } from './choosers.tsx';
import { stemOf } from './describe.ts';
import { setDetails, setOwn } from './details-now.ts';
import { type Details, NO_DETAILS } from './kept.ts';
import { uploads } from './uploads.ts';

/** open: on a phone, where a line stands for it until it is opened. */
type PaneProps = { one: string | null; onBack: () => void; open: boolean; onOpen: (open: boolean) => void };

export function DetailsPane({ one, onBack, open, onOpen }: PaneProps) {
  const words = useWords(addWords);
  const batch = useSelector(uploads, ({ context }) => context.batch?.details ?? NO_DETAILS);
  const view = useSelector(uploads, ({ context }) => (one === null ? null : (context.views.get(one) ?? null)));
  const count = useSelector(uploads, ({ context }) => context.views.size);
  const details: Details = view ? { ...batch, ...view.own } : batch;
  const change = (patch: Partial<Details>) => {
    if (view) setOwn(view.id, { ...view.own, ...patch });
    else setDetails({ ...batch, ...patch });
  };
  const title_hint = view ? batch.title || stemOf(view.name) : words.file_name;
  return (
    <aside className={open ? 'open' : undefined} aria-label={words.details_all(count)}>
      <h3>{view ? view.name : words.details_all(count)}</h3>
      {view ? (
        <button type="button" className="b link s back" onClick={onBack}>
          <Icon name="back" />
          {words.back_to_all}
        </button>
      ) : null}
      <button type="button" className="brief" aria-expanded={open} onClick={() => onOpen(!open)}>
        <span>
          {words.name}: {details.title || title_hint}
        </span>
        {details.tags.map((tag) => (
          <span key={tag} className="chip tag">
            {tag}
          </span>
        ))}
        <Icon name="next" />
      </button>
      <Fields key={one ?? ''} details={details} title_hint={title_hint} change={change} />
      <p className="s dim more">{view ? words.as_typed_one : words.as_typed}</p>
      <div className="drop">
        <span className="wide">
          {words.more_here} <kbd>Ctrl V</kbd>
        </span>
        <Choosers />
      </div>
    </aside>
  );
}

type FieldsProps = { details: Details; title_hint: string; change: (patch: Partial<Details>) => void };
function Fields({ details, title_hint, change }: FieldsProps) {
  const words = useWords(addWords);
  const hint = useId();
  return (
    <>
      <label className="field">
        <span>{words.name}</span>
        <span className="in">
          <input
            value={details.title}
            maxLength={300}
            placeholder={title_hint}
            onChange={(event) => change({ title: event.currentTarget.value })}
          />
        </span>
      </label>
      <TagField tags={details.tags} onChange={(tags) => change({ tags })} />
      <label className="field">
        <span>{words.description}</span>
        <span className="in">
          <textarea
            rows={2}
            value={details.description}
            maxLength={10_000}
            onChange={(event) => change({ description: event.currentTarget.value })}
          />
        </span>
      </label>
      <label className="field">
        <span>{words.taken}</span>
        <span className="in">
          <input
            type="date"
            value={details.taken_at}
            aria-describedby={hint}
            onChange={(event) => change({ taken_at: event.currentTarget.value })}
          />
          <span id={hint} className="dim s">
            {details.taken_at === '' ? words.taken_hint : ''}
          </span>
        </span>
      </label>
    </>
  );
}
