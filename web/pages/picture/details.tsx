/** Details, changed in place: a press on one makes it a field; `Enter` or leaving it saves, `Esc` does not. */
import { type ReactNode, useEffect, useState } from 'react';
import type { MetadataPatch } from '../../../contract/metadata.ts';
import type { Picture } from '../../stores/pictures.ts';
import { bytes, longDate, num } from '../../words/format.ts';
import { pageWords } from '../../words/picture.ts';
import { pictureWords } from '../../words/pictures.ts';
import { useWords } from '../../words/words.ts';
import { LineField, TagsField } from './fields.tsx';
import { langOf } from './runs.ts';

type Field = 'title' | 'description' | 'tags' | 'taken_at';
const FIELDS: readonly Field[] = ['title', 'description', 'tags', 'taken_at'];
/** asked: another number asks for the field that is to be filled in. */
type DetailsProps = { picture: Picture; may: boolean; asked: number; onChange: (patch: MetadataPatch) => Promise<boolean> };

export function Details({ picture, may, asked, onChange }: DetailsProps) {
  const words = useWords(pageWords);
  const [open, setOpen] = useState<Field | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a person asked for the field, once a number
  useEffect(() => {
    if (asked > 0 && may) setOpen(FIELDS.find((field) => picture.metadata_missing.includes(field)) ?? 'title');
  }, [asked]);
  const end = (patch: MetadataPatch | null) => {
    setOpen(null);
    if (patch) void onChange(patch);
  };
  const names: Record<Field, string> = {
    title: words.title,
    description: words.description,
    tags: words.tags,
    taken_at: words.taken,
  };
  return (
    <section>
      <h2>{words.details}</h2>
      <dl className="kv">
        {FIELDS.map((field) => (
          <Pair key={field} name={names[field]}>
            {open === field ? (
              <Edit picture={picture} field={field} name={names[field]} onEnd={end} />
            ) : may ? (
              <button type="button" className="value" onClick={() => setOpen(field)}>
                <span className="vh">{words.edit(names[field])}: </span>
                <Value picture={picture} field={field} />
              </button>
            ) : (
              <Value picture={picture} field={field} />
            )}
          </Pair>
        ))}
        <Pair name={words.file}>
          <FileLine picture={picture} />
        </Pair>
      </dl>
    </section>
  );
}

const Pair = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

function Value({ picture, field }: { picture: Picture; field: Field }) {
  const words = useWords(pageWords);
  const { tags, taken_at, ...texts } = picture.metadata;
  if (field === 'tags' && tags.length > 0)
    return (
      <span className="chips">
        {tags.map((tag) => (
          <span key={tag} className="chip tag">
            {tag}
          </span>
        ))}
      </span>
    );
  if (field === 'taken_at' && taken_at)
    return (
      <span className="num">
        {longDate(taken_at)}
        {picture.taken_at_source === 'file' ? <span className="dim">, {words.from_file}</span> : null}
      </span>
    );
  const text = field === 'title' || field === 'description' ? texts[field] : null;
  return text ? <span lang={langOf(text)}>{text}</span> : <span className="dim">{words.none}</span>;
}

type EditProps = { picture: Picture; field: Field; name: string; onEnd: (patch: MetadataPatch | null) => void };
/** null: nothing is changed. */
function Edit({ picture, field, name, onEnd }: EditProps) {
  const { title, description, tags, taken_at } = picture.metadata;
  const end = (key: Field) => (value: string | null) => onEnd(value === null ? null : { [key]: value.trim() || null });
  if (field === 'tags') return <TagsField tags={tags} onEnd={(next) => onEnd(next && { tags: next })} />;
  if (field === 'description')
    return <LineField name={name} kind="long" value={description ?? ''} max={10_000} onEnd={end('description')} />;
  if (field === 'taken_at')
    return <LineField name={name} kind="date" value={taken_at?.slice(0, 10) ?? ''} max={10} onEnd={end('taken_at')} />;
  return <LineField name={name} kind="text" value={title ?? ''} max={300} onEnd={end('title')} />;
}

function FileLine({ picture }: { picture: Picture }) {
  const words = useWords(pageWords);
  const more = useWords(pictureWords);
  const { filename, byte_size, width, height, page_count } = picture;
  const pixels = width && height ? `${num(width)} × ${num(height)}` : '';
  const pages = (page_count ?? 1) > 1 ? more.pages(page_count ?? 1) : '';
  return (
    <span className="num">
      {filename}
      <br />
      <span className="dim">{words.file_line(byte_size === null ? '' : bytes(byte_size), pixels, pages)}</span>
    </span>
  );
}
