/** Quiet notes under the bar: the service is away, the line is not encrypted, links lead elsewhere. */
import { useSelector } from '@xstate/store-react';
import { useEffect, useState } from 'react';
import { tryNow } from '../api/events.ts';
import { connection } from '../stores/connection.ts';
import { session } from '../stores/session.ts';
import { clock } from '../words/format.ts';
import { frameWords } from '../words/frame.ts';
import { useWords } from '../words/words.ts';
import { BASE, every, isPlain, keep, kept, now } from '../world.ts';

export function Notes() {
  return (
    <>
      <AwayNote />
      <ElsewhereNote />
      <PlainNote />
    </>
  );
}

function AwayNote() {
  const words = useWords(frameWords);
  const { lost_at, next_try_at } = useSelector(connection, ({ context }) => context);
  const seconds = useSecondsUntil(next_try_at);
  return (
    <div role="status">
      {lost_at === null ? null : (
        <p className="note wait away">
          <span>
            <b>{words.away(clock(lost_at))}</b> {words.away_meaning}{' '}
            {seconds > 0 ? <span className="num">{words.away_next(seconds)}</span> : null}
          </span>{' '}
          <button type="button" className="b link" onClick={tryNow}>
            {words.now}
          </button>
        </p>
      )}
    </div>
  );
}

function useSecondsUntil(time: number | null): number {
  const [at, setAt] = useState(now);
  useEffect(() => (time === null ? undefined : every(1_000, () => setAt(now()))), [time]);
  return time === null ? 0 : Math.max(0, Math.ceil((time - at) / 1_000));
}

const SEEN = 'plain-seen';
function PlainNote() {
  const words = useWords(frameWords);
  const [seen, setSeen] = useState(() => kept(SEEN) === location.host);
  if (!isPlain || seen) return null;
  const understood = () => {
    keep(SEEN, location.host);
    setSeen(true);
  };
  return (
    <p className="note quiet">
      <span>{words.unencrypted}</span>
      <button type="button" className="b link" onClick={understood}>
        {words.understood}
      </button>
    </p>
  );
}

/** Links that the service signs begin with its public address; from another one they may not work. */
function ElsewhereNote() {
  const words = useWords(frameWords);
  const theirs = useSelector(session, ({ context }) => context.me?.public_url ?? null);
  const ours = location.origin + BASE;
  if (theirs === null || theirs === ours) return null;
  return (
    <p className="note wait">
      <span>
        {words.elsewhere(theirs)} {words.elsewhere_cure(ours)}
      </span>
    </p>
  );
}
