/** Why a picture is not among what was found: looked up by its bytes or a part of its name, then explained by the service. */
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { api } from '../../api/api.ts';
import { sha256 } from '../../api/sha256.ts';
import { Dialog } from '../../frame/dialog.tsx';
import { Icon } from '../../frame/icons.tsx';
import { type Picture, putPictures } from '../../stores/pictures.ts';
import { addressOfPicture } from '../../stores/query.ts';
import { frameWords } from '../../words/frame.ts';
import { stateWords } from '../../words/library-states.ts';
import { useWords } from '../../words/words.ts';

type Answer = { picture: Picture; because: string; next: string; trashed: boolean };

export function Why({ onClose }: { onClose: () => void }) {
  const words = useWords(stateWords);
  const frame = useWords(frameWords);
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer | 'none' | 'failed' | null>(null);
  const look = async (find: () => Promise<Picture | null>) => {
    setBusy(true);
    try {
      const picture = await find();
      setAnswer(picture ? await explained(picture) : 'none');
    } catch {
      setAnswer('failed'); // no connection, or the library of hashes cannot be loaded without one
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
    if (name !== '') void look(() => byName(name));
  };
  return (
    <Dialog className="sheet why" label={words.why_title} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: files are dropped on it; the button below does the same */}
      <div
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          const [file] = event.dataTransfer.files;
          if (file) void look(() => byBytes(file));
        }}
      >
        <header>
          <h2>{words.why_title}</h2>
          <button type="button" className="b icon" aria-label={frame.close} onClick={onClose}>
            <Icon name="x" />
          </button>
        </header>
        <p className="soft">{words.why_how}</p>
        <form onSubmit={submit} className="tagging">
          <label className="field">
            <span>{words.why_label}</span>
            <span className="in">
              <input name="name" autoComplete="off" data-first />
            </span>
          </label>
          <button type="submit" className="b first" disabled={busy}>
            {words.why_look}
          </button>
        </form>
        <label className="b link file-link">
          {words.why_file}
          <input
            type="file"
            className="vh"
            onChange={({ currentTarget: { files } }) => {
              const [file] = files ?? [];
              if (file) void look(() => byBytes(file));
            }}
          />
        </label>
        <div aria-live="polite">
          {answer === 'none' || answer === 'failed' ? (
            <p className="note wait">{answer === 'none' ? words.why_none : words.why_failed}</p>
          ) : answer ? (
            <Explained answer={answer} />
          ) : null}
        </div>
      </div>
    </Dialog>
  );
}

function Explained({ answer: { picture, because, next, trashed } }: { answer: Answer }) {
  const words = useWords(stateWords);
  const { resource_id, metadata, filename } = picture;
  return (
    <div className="note quiet">
      <p>
        <b>{words.why_found(metadata.title ?? filename)}</b>
      </p>
      <p>
        {trashed ? `${words.in_trash} ` : ''}
        {because}
      </p>
      {next === '' ? null : <p className="dim">{next}</p>}
      <Link className="b link" href={addressOfPicture(resource_id)}>
        {words.open}
      </Link>
    </div>
  );
}

async function byBytes(file: File): Promise<Picture | null> {
  const hash = await sha256(file);
  const alive = await api.list_resources({ query: { sha256: [hash], limit: 1 } });
  if (alive.body.items[0]) return alive.body.items[0];
  const gone = await api.list_resources({ query: { sha256: [hash], phase: ['gone'], limit: 1 } });
  return gone.body.items[0] ?? null;
}

/** Titles and file names are searched too; what is not findable yet is looked for among the newest. */
const NEWEST = 200;
async function byName(name: string): Promise<Picture | null> {
  const found = await api.search({ query: { q: name, limit: 10 } });
  const has = ({ metadata, filename }: Picture) =>
    [metadata.title ?? '', filename].some((text) => text.toLowerCase().includes(name.toLowerCase()));
  const hit = found.body.items.map(({ resource }) => resource).find(has);
  if (hit) return hit;
  const newest = await api.list_resources({ query: { limit: NEWEST } });
  return newest.body.items.find(has) ?? null;
}

async function explained(picture: Picture): Promise<Answer> {
  putPictures([picture]);
  const { body } = await api.explain_resource({ params: { resource_id: picture.resource_id } });
  return { picture, because: body.because, next: body.next.what, trashed: picture.status === 'TRASHED' };
}
