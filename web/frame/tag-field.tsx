/** A field of tags: `Enter` or a comma makes one of what is typed, `Backspace` in the empty field takes the last one off. */
import { type KeyboardEvent, useId, useState } from 'react';
import { addWords } from '../words/add.ts';
import { useWords } from '../words/words.ts';
import { Icon } from './icons.tsx';

const MAX_TAGS = 50;
const MAX_CHARS = 60;

/** label: false: the place around it names it. */
type TagFieldProps = { tags: readonly string[]; onChange: (tags: string[]) => void; label?: boolean; focus?: boolean };

export function TagField({ tags, onChange, label = true, focus = false }: TagFieldProps) {
  const words = useWords(addWords);
  const id = useId();
  const [typed, setTyped] = useState('');
  const take = () => {
    const more = typed
      .split(/[,，、]/)
      .map((tag) => tag.trim().slice(0, MAX_CHARS))
      .filter((tag) => tag !== '');
    setTyped('');
    if (more.length > 0) onChange([...new Set([...tags, ...more])].slice(0, MAX_TAGS));
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' || /^[,，、]$/.test(event.key)) {
      event.preventDefault();
      take();
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
          // biome-ignore lint/a11y/noAutofocus: a person has just asked for the field
          autoFocus={focus}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={press}
          onBlur={take}
        />
      </span>
    </div>
  );
}
