/** Fields that stand in the place of what they change. */
import { type KeyboardEvent, useRef, useState } from 'react';
import { TagField } from '../../frame/tag-field.tsx';

type LineFieldProps = {
  name: string;
  kind: 'text' | 'long' | 'date';
  value: string;
  max: number;
  /** null: it stays as it was. */
  onEnd: (value: string | null) => void;
};
export function LineField({ name, kind, value, max, onEnd }: LineFieldProps) {
  const [typed, setTyped] = useState(value);
  const ended = useRef(false);
  const end = (next: string | null) => {
    if (ended.current) return; // leaving the field follows the key
    ended.current = true;
    onEnd(next === value ? null : next);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      event.preventDefault();
      end(null);
    } else if (event.key === 'Enter' && (kind !== 'long' || event.ctrlKey)) end(typed);
  };
  const common = {
    ...{ 'aria-label': name, value: typed, maxLength: max, autoFocus: true },
    ...{ onBlur: () => end(typed), onKeyDown: press },
  };
  return (
    <span className="in">
      {kind === 'long' ? (
        <textarea rows={3} {...common} onChange={(event) => setTyped(event.currentTarget.value)} />
      ) : (
        <input type={kind} {...common} onChange={(event) => setTyped(event.currentTarget.value)} />
      )}
    </span>
  );
}

export function TagsField({ tags, onEnd }: { tags: readonly string[]; onEnd: (tags: string[] | null) => void }) {
  const [now, setNow] = useState(tags);
  const latest = useRef(tags); // what is typed becomes a tag as the field is left, in the same event
  const change = (next: string[]) => {
    latest.current = next;
    setNow(next);
  };
  const end = () => onEnd(latest.current.join('\n') === tags.join('\n') ? null : [...latest.current]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of the field in it
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) end();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        onEnd(null);
      }}
    >
      <TagField tags={now} onChange={change} label={false} focus />
    </div>
  );
}
