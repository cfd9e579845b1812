/**
 * A field of tags: `Enter` or a comma makes one of what is typed, `Backspace` in the empty field takes the last one off. Below it stand tags
 * that were used before; arrows choose one of them.
 */
import { type KeyboardEvent, useId, useState } from 'react';
import { addWords } from '../words/add.ts';
import { num } from '../words/format.ts';
import { useWords } from '../words/words.ts';
import { Icon } from './icons.tsx';
import { useKnownTags } from './use-known-tags.ts';

const MAX_TAGS = 50;
const MAX_CHARS = 60;

/** label: false: the place around it names it. */
type TagFieldProps = { tags: readonly string[]; onChange: (tags: string[]) => void; label?: boolean; focus?: boolean };

export function TagField({ tags, onChange, label = true, focus = false }: TagFieldProps) {
  const words = useWords(addWords);
  const id = useId();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const known = useKnownTags(open ? typed : null).filter(({ tag }) => !tags.includes(tag) && begins(tag, typed));
  const shown = open && known.length > 0;
  const take = (text: string) => {
    const more = text
      .split(/[,，、]/)
      .map((tag) => tag.trim().slice(0, MAX_CHARS))
      .filter((tag) => tag !== '');
    setTyped('');
    setActive(-1);
    if (more.length > 0) onChange([...new Set([...tags, ...more])].slice(0, MAX_TAGS));
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && known.length > 0) {
      event.preventDefault();
      setOpen(true);
      setActive(((active < 0 && by < 0 ? 0 : active) + by + known.length) % known.length);
    } else if (event.key === 'Enter' || /^[,，、]$/.test(event.key)) {
      event.preventDefault();
      take((event.key === 'Enter' && shown && known[active]?.tag) || typed);
    } else if (event.key === 'Escape' && shown && active >= 0) {
      event.preventDefault();
      event.stopPropagation(); // out of the list, not out of the field
      setActive(-1);
    } else if (event.key === 'Backspace' && typed === '' && tags.length > 0) onChange(tags.slice(0, -1));
  };
  return (
    <div className="field tags">
      <span className={label ? undefined : 'vh'}>
        <label htmlFor={id}>{words.tags}</label>
      </span>
      <span className="in">
        {tags.map((tag) => (
          <span key={tag} className="chip tag">
            {tag}
            <button type="button" aria-label={words.remove_tag(tag)} onClick={() => onChange(tags.filter((one) => one !== tag))}>
              <Icon name="x" />
            </button>
          </span>
        ))}
        <input
          id={id}
          value={typed}
          maxLength={MAX_CHARS}
          placeholder={words.add_tag}
          autoComplete="off"
          role="combobox"
          aria-autocomplete="list"
          aria-expanded={shown}
          aria-controls={`${id}known`}
          aria-activedescendant={shown && active >= 0 ? `${id}${active}` : undefined}
          // biome-ignore lint/a11y/noAutofocus: a person has just asked for the field
          autoFocus={focus}
          onFocus={() => setOpen(true)}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setActive(-1);
          }}
          onKeyDown={press}
          onBlur={() => {
            setOpen(false);
            take(typed);
          }}
        />
      </span>
      <div id={`${id}known`} role="listbox" tabIndex={-1} aria-label={words.tags_known} className="known" hidden={!shown}>
        {known.map(({ tag, count }, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          <div
            key={tag}
            id={`${id}${n}`}
            role="option"
            tabIndex={-1}
            aria-selected={n === active}
            onPointerDown={(event) => event.preventDefault()} // the field keeps the focus
            onClick={() => take(tag)}
          >
            {tag} <b>{num(count)}</b>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The list of what was typed before stays until the next is there. */
const begins = (tag: string, typed: string): boolean => tag.toLowerCase().startsWith(typed.trim().toLowerCase());
