/** A sentence at the foot of the page on what was just done, which may be taken back for a while. */
import { createStore } from '@xstate/store-react';
import { after } from '../world.ts';

const UNDO_MS = 10_000;
type Toast = { text: string; undo: (() => Promise<void>) | null; bad: boolean };

export const toast = createStore({
  context: { toast: null as Toast | null },
  on: {
    show: (_, { toast }: { toast: Toast }) => ({ toast }),
    hide: () => ({ toast: null }),
  },
});

let cancel = () => {};
/** undo: offered for ten seconds. bad: it did not work. */
export function say(text: string, { undo = null, bad = false }: Partial<Omit<Toast, 'text'>> = {}): void {
  cancel();
  toast.trigger.show({ toast: { text, undo, bad } });
  cancel = after(UNDO_MS, () => toast.trigger.hide());
}
export async function undoLast(): Promise<void> {
  const { toast: shown } = toast.getSnapshot().context;
  if (!shown?.undo) return;
  cancel();
  toast.trigger.hide();
  await shown.undo();
}
