/** The sheet from the foot of the page: the sum, the files, the details for all of them or for one. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import { isFinal } from '../../machines/upload.ts';
import { Dialog } from '../frame/dialog.tsx';
import { Icon } from '../frame/icons.tsx';
import { session } from '../stores/session.ts';
import { tray } from '../stores/tray.ts';
import { addWords } from '../words/add.ts';
import { bytes } from '../words/format.ts';
import { useWords } from '../words/words.ts';
import { every, now } from '../world.ts';
import { Choosers } from './choosers.tsx';
import { clearDone } from './details-now.ts';
import { DetailsPane } from './details-pane.tsx';
import { FileList } from './file-list.tsx';
import { run } from './queue.ts';
import { useSums } from './sums.ts';
import { uploads } from './uploads.ts';

const close = () => tray.trigger.close();

export function Sheet() {
  const words = useWords(addWords);
  const any = useSelector(uploads, ({ context }) => context.views.size > 0);
  return (
    <Dialog className={any ? 'add' : 'add empty'} label={words.title} onClose={close}>
      {any ? <Filled /> : <Empty />}
    </Dialog>
  );
}

function Empty() {
  const words = useWords(addWords);
  const limits = useSelector(session, ({ context }) => context.me?.limits ?? null);
  return (
    <>
      <header className="hd">
        <h2>{words.title}</h2>
        <button type="button" className="b icon" aria-label={words.close} onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      <div className="begin">
        <div className="outlines" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
        <h3>{words.begin}</h3>
        <p className="soft">{words.begin_meaning(limits ? bytes(limits.max_bytes) : '')}</p>
        <Choosers first />
      </div>
    </>
  );
}

function Filled() {
  const words = useWords(addWords);
  const sums = useSums();
  const [one, setOne] = useState<string | null>(null);
  const [details_open, setDetailsOpen] = useState(false);
  const gone = useSelector(uploads, ({ context }) => one !== null && !context.views.has(one));
  useEffect(() => {
    if (gone) setOne(null);
  }, [gone]);
  const kept = useSelector(uploads, ({ context }) =>
    [...context.views.values()].every((view) => view.kept || view.state === 'in'),
  );
  const done = () => {
    if (sums.left === 0 && sums.refused === 0) clearDone();
    close();
  };
  return (
    <>
      <Head />
      <FileList
        one={one}
        onChoose={(id) => {
          setOne(id === one ? null : id);
          if (id !== one) setDetailsOpen(true);
        }}
      />
      <DetailsPane one={one} onBack={() => setOne(null)} open={details_open} onOpen={setDetailsOpen} />
      <footer className="ft">
        <span>{sums.left === 0 ? words.closing_done : kept ? words.closing : words.closing_unkept}</span>
        <span className="end">
          <RetryAll />
          <button type="button" className="b first" onClick={done}>
            {words.done}
          </button>
        </span>
      </footer>
    </>
  );
}

function Head() {
  const words = useWords(addWords);
  const { all, left, left_bytes, refused, already, findable, taken, share, time, in: came } = useSums();
  const paused = useSelector(uploads, ({ context }) => context.batch?.paused ?? false);
  const held = useSecondsLeft();
  const parts = [
    words.in_and_findable(came, findable),
    already > 0 ? words.already(already) : '',
    left > 0 ? words.to_send(left, bytes(left_bytes), paused ? '' : time) : '',
    refused > 0 ? words.not_taken(refused) : '',
    paused && left > 0 ? words.paused : held > 0 && left > 0 ? words.held(held) : '',
  ];
  return (
    <header className="hd">
      <div className="sum">
        <h2>{left > 0 ? words.adding(all) : taken > 0 ? words.added(taken) : words.none_added}</h2>
        <p className="num" role="status">
          {parts.filter((part) => part !== '').join(' ')}
        </p>
      </div>
      {left > 0 ? (
        <button type="button" className="b plain" onClick={() => run({ name: 'pause', on: !paused })}>
          <Icon name={paused ? 'play' : 'pause'} />
          {paused ? words.go_on : words.pause}
        </button>
      ) : null}
      <button type="button" className="b icon" aria-label={words.make_small} title={words.make_small} onClick={close}>
        <Icon name="x" />
      </button>
      <div className="meter">
        <i style={{ width: `${share}%` }} />
      </div>
    </header>
  );
}

function RetryAll() {
  const words = useWords(addWords);
  const count = useSelector(
    uploads,
    ({ context }) => [...context.views.values()].filter(({ state, cause }) => state === 'refused' && !isFinal(cause)).length,
  );
  return count > 0 ? (
    <button type="button" className="b plain" onClick={() => run({ name: 'retry_all' })}>
      <Icon name="retry" />
      {words.retry_all(count)}
    </button>
  ) : null;
}

function useSecondsLeft(): number {
  const next = useSelector(uploads, ({ context }) => context.next_try_at);
  const [at, setAt] = useState(now);
  useEffect(() => (next === null ? undefined : every(500, () => setAt(now()))), [next]);
  return next === null ? 0 : Math.max(1, Math.ceil((next - at) / 1_000));
}
