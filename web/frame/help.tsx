/** `?`: every key, by the place where it works. */
import { createStore, useSelector } from '@xstate/store-react';
import { frameWords } from '../words/frame.ts';
import { keyWords } from '../words/keys.ts';
import { useWords } from '../words/words.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icons.tsx';

const help = createStore({
  context: { open: false },
  on: { open: () => ({ open: true }), close: () => ({ open: false }) },
});
export const openHelp = (): void => help.trigger.open();

type KeyName = Exclude<keyof (typeof keyWords)['en'], 'anywhere' | 'in_library' | 'in_inbox' | 'in_picture'>;
const GROUPS: readonly {
  title: 'anywhere' | 'in_library' | 'in_inbox' | 'in_picture';
  keys: readonly [KeyName, ...string[]][];
}[] = [
  {
    title: 'anywhere',
    keys: [
      ['search', '/'],
      ['out', 'Esc'],
      ['places', 'g l', 'g i', 'g o', 'g m'],
      ['add', 'A'],
      ['help', '?'],
    ],
  },
  {
    title: 'in_library',
    keys: [
      ['move', 'j', 'k', '←', '→', '↑', '↓'],
      ['open', 'Enter'],
      ['choose', 'x'],
      ['range', 'Shift x'],
      ['tag', 'T'],
      ['retry', 'R'],
      ['trash', '#'],
      ['undo', 'z'],
      ['leave_out', 'Alt'],
    ],
  },
  {
    title: 'in_inbox',
    keys: [
      ['next_waiting', 'j', 'k'],
      ['take', 'Tab'],
      ['answer', 'Enter'],
    ],
  },
  {
    title: 'in_picture',
    keys: [
      ['neighbours', '←', '→'],
      ['zoom', '+', '-', '0'],
      ['correct', 'E'],
      ['unsure', 'U'],
      ['match', 'n', 'p'],
      ['details', 'i'],
    ],
  },
];

export function Help() {
  const open = useSelector(help, ({ context }) => context.open);
  const words = useWords(keyWords);
  const frame = useWords(frameWords);
  if (!open) return null;
  return (
    <Dialog className="sheet help" label={frame.keys} onClose={() => help.trigger.close()}>
      <header>
        <h2>{frame.keys}</h2>
        <button type="button" className="b icon" aria-label={frame.close} onClick={() => help.trigger.close()}>
          <Icon name="x" />
        </button>
      </header>
      {GROUPS.map(({ title, keys }) => (
        <section key={title}>
          <h3>{words[title]}</h3>
          <dl>
            {keys.map(([name, ...pressed]) => (
              <div key={name}>
                <dt>{words[name]}</dt>
                <dd>
                  {pressed.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
