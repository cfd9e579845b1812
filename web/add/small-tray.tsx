/** What is being added, small, at the foot of any page. */
import { useSelector } from '@xstate/store-react';
import { Icon } from '../frame/icons.tsx';
import { tray } from '../stores/tray.ts';
import { addWords } from '../words/add.ts';
import { frameWords } from '../words/frame.ts';
import { useWords } from '../words/words.ts';
import { clearDone } from './details-now.ts';
import { useSums } from './sums.ts';
import { uploads } from './uploads.ts';

export function SmallTray() {
  const words = useWords(addWords);
  const frame = useWords(frameWords);
  const { all, left, refused, taken, share, time } = useSums();
  const paused = useSelector(uploads, ({ context }) => context.batch?.paused ?? false);
  const said = [
    left > 0 ? words.to_go(left, paused ? '' : time) : taken > 0 ? words.all_in : '',
    refused > 0 ? words.not_taken(refused) : '',
  ].filter((part) => part !== '');
  return (
    <aside className="tray" aria-label={words.title}>
      <button type="button" className="all" title={words.open} onClick={() => tray.trigger.open()}>
        <b>{left > 0 ? words.small(all) : taken > 0 ? words.added(taken) : words.none_added}</b>
        <span className={refused > 0 ? 'num fail' : 'num'} role="status">
          {paused && left > 0 ? words.paused : said.join(left > 0 ? ', ' : ' ')}
        </span>
        <span className="meter">
          <i style={{ width: `${share}%` }} />
        </span>
      </button>
      {left === 0 ? (
        <button type="button" className="b icon" aria-label={frame.dismiss} onClick={clearDone}>
          <Icon name="x" />
        </button>
      ) : null}
    </aside>
  );
}
