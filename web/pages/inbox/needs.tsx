/** What lacks details: typed in the row, with what the file's name suggests. */
import { useSelector } from '@xstate/store-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { WEB_PAGES } from '../../../contract/web-pages.ts';
import { Thumb } from '../../pictures/thumb.tsx';
import { type Picture, pictureAtom } from '../../stores/pictures.ts';
import { span } from '../../words/format.ts';
import { inboxWords } from '../../words/inbox.ts';
import { useLanguage, useWords } from '../../words/words.ts';
import { now } from '../../world.ts';
import { describe, nameByFiles } from './acts.ts';
import { type Answer, inbox } from './inbox-store.ts';
import { focusAfter } from './next.ts';
import { Section } from './section.tsx';
import { suggestionFor } from './suggest.ts';

/** Those that fit in a line. */
const TYPED = ['title', 'taken_at', 'tags', 'description', 'languages'];
const listOf = (text: string): string[] =>
  text
    .split(/[,，、]/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
const givenAs = (field: string, text: string): string | string[] =>
  field === 'tags' || field === 'languages' ? listOf(text) : text.trim();

/** What was typed and not answered yet is there again when the page is. */
const drafts = new Map<string, Record<string, string>>();

export function Needs() {
  const words = useWords(inboxWords);
  const { needs, needs_total, answers } = useSelector(inbox, ({ context }) => context);
  if (needs.length === 0) return null;
  const open = needs.filter((id) => answers[id] === undefined);
  const more = needs_total - open.length;
  return (
    <Section
      kind="wait"
      title={words.needs}
      count={needs_total}
      meaning={words.needs_meaning}
      act={
        open.length > 0 ? (
          <button type="button" className="b first" onClick={() => void nameByFiles(open)}>
            {words.use_names}
          </button>
        ) : null
      }
    >
      {needs.map((id) => (
        <Row key={id} id={id} answered={answers[id]} />
      ))}
      {more > 0 ? <p className="soft s">{words.more(more)}</p> : null}
    </Section>
  );
}

function Row({ id, answered }: { id: string; answered: Answer | undefined }) {
  const atom = pictureAtom(id);
  if (!atom) throw new Error(`${id} is in the inbox and was not read`);
  const picture = useSelector(atom, (value) => value);
  const row = useRef<HTMLDivElement>(null);
  const focus_next = useRef(false);
  useEffect(() => {
    if (!answered || !focus_next.current) return;
    focus_next.current = false;
    focusAfter(row.current);
  }, [answered]);
  return (
    <div className="item" ref={row} data-id={id}>
      <div className="thumb">
        <Thumb picture={picture} />
      </div>
      {answered ? (
        <Answered picture={picture} />
      ) : (
        <Fields
          picture={picture}
          onAnswer={() => {
            focus_next.current = true;
          }}
        />
      )}
    </div>
  );
}

function Answered({ picture }: { picture: Picture }) {
  const words = useWords(inboxWords);
  const [typed, setTyped] = useState<string | null>(null);
  const [why, setWhy] = useState('');
  const title = picture.metadata.title ?? picture.filename;
  const save = async () => {
    const { why: refused } = await describe(picture.resource_id, { title: typed?.trim() ?? title });
    setWhy(refused ?? '');
    if (refused === null) setTyped(null);
  };
  if (typed !== null)
    return (
      <form
        className="what"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <input
          value={typed}
          aria-label={words.of(words.field('title'), picture.filename)}
          // biome-ignore lint/a11y/noAutofocus: a person has just asked for the field
          autoFocus
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <small className={why ? 'fail' : undefined}>{why || picture.filename}</small>
      </form>
    );
  return (
    <>
      <div className="what">
        <Link href={WEB_PAGES.picture.replace(':id', picture.resource_id)}>{title}</Link>
        <small>{picture.filename}</small>
      </div>
      <div className="left" role="status">
        {words.goes_on}{' '}
        <button type="button" className="b link" onClick={() => setTyped(title)}>
          {words.edit}
        </button>
      </div>
    </>
  );
}

const SOON_MS = 7 * 86_400_000;
function Fields({ picture, onAnswer }: { picture: Picture; onAnswer: () => void }) {
  const words = useWords(inboxWords);
  const language = useLanguage();
  const { resource_id: id, filename, metadata_missing, deadline_at } = picture;
  const [typed, setTyped] = useState<Record<string, string>>(drafts.get(id) ?? {});
  const [why, setWhy] = useState('');
  const fields = TYPED.filter((field) => metadata_missing.includes(field));
  const others = metadata_missing.length > fields.length;
  const type = (field: string, text: string) => {
    const next = { ...typed, [field]: text };
    drafts.set(id, next);
    setTyped(next);
  };
  const save = async () => {
    const given = fields.flatMap((field) => (typed[field]?.trim() ? [[field, givenAs(field, typed[field])] as const] : []));
    if (given.length === 0) return;
    onAnswer();
    const { why: refused, complete } = await describe(id, Object.fromEntries(given));
    setWhy(refused ?? '');
    if (complete) drafts.delete(id);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>, field: string) => {
    if (event.nativeEvent.isComposing) return;
    const suggested = suggestionFor(field, filename);
    if (event.key === 'Tab' && !event.shiftKey && suggested !== null && !typed[field]) {
      event.preventDefault(); // the next Tab leaves the field
      type(field, suggested);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      void save();
    }
  };
  const left = deadline_at === null ? null : Date.parse(deadline_at) - now();
  return (
    <>
      <div className="what">
        {fields.map((field) => {
          const suggested = suggestionFor(field, filename);
          const name = words.field(field);
          return (
            <input
              key={field}
              data-next
              value={typed[field] ?? ''}
              maxLength={field === 'title' ? 200 : 2_000}
              aria-label={words.of(name, filename)}
              placeholder={suggested === null ? name : words.press_tab(name, suggested)}
              onChange={({ currentTarget }) => type(field, currentTarget.value)}
              onKeyDown={(event) => press(event, field)}
            />
          );
        })}
        <small className={why ? 'fail' : undefined}>
          {why || filename}{' '}
          {others ? (
            <Link className="b link" href={WEB_PAGES.picture.replace(':id', id)}>
              {words.on_its_page}
            </Link>
          ) : null}
        </small>
      </div>
      <div className={left !== null && left < SOON_MS ? 'left soon' : 'left'}>
        {left === null ? null : <span>{left > 0 ? words.left(span(left, language)) : words.overdue}</span>}
        {fields.some((field) => typed[field]?.trim()) ? (
          <button type="button" className="b plain" onClick={() => void save()}>
            {words.save}
          </button>
        ) : null}
      </div>
    </>
  );
}
