/** What was just done, at the foot of the page, with undo. */
import { useSelector } from '@xstate/store-react';
import { toast, undoLast } from '../stores/toast.ts';
import { frameWords } from '../words/frame.ts';
import { useWords } from '../words/words.ts';
import { Icon } from './icons.tsx';
import { useKeys } from './use-keys.ts';

export function Toast() {
  const words = useWords(frameWords);
  const shown = useSelector(toast, ({ context }) => context.toast);
  useKeys({ z: () => (shown?.undo ? undoLast() : false) });
  return (
    <div className="toast-place" role="status">
      {shown ? (
        <div className={shown.bad ? 'toast bad' : 'toast'}>
          <span>{shown.text}</span>
          {shown.undo ? (
            <button type="button" className="b" onClick={() => void undoLast()}>
              {words.undo} <kbd>z</kbd>
            </button>
          ) : null}
          <button type="button" className="b icon" aria-label={words.dismiss} onClick={() => toast.trigger.hide()}>
            <Icon name="x" />
          </button>
        </div>
      ) : null}
    </div>
  );
}
