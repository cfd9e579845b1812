/** What people say about the files that are being added, as they type it. */
import { batchNow, change, forgetHere, items, post, stateOf, tab } from './board.ts';
import { describeSoon } from './describe.ts';
import { type Batch, type Details, forgetAll, keepBatch } from './kept.ts';
import { uploads } from './uploads.ts';

export function setBatch(batch: Batch): void {
  uploads.trigger.batch({ batch });
  void keepBatch(batch);
  post({ type: 'batch', batch });
}
export function describe(): void {
  if (!tab.leads) return;
  const may = (id: string) => ['watching', 'in'].includes(stateOf(id));
  describeSoon({ items: () => items.values(), batch: batchNow, may, done: (id, described) => change(id, { described }) });
}
/** Saved as they are typed: in the browser at once, and with the pictures that are in as soon as the typing rests. */
export function setDetails(details: Details): void {
  const batch = batchNow();
  if (!batch) return;
  setBatch({ ...batch, details });
  describe();
}
/** What one file has for itself; the tab that sends keeps it. */
export function setOwn(id: string, own: Partial<Details>): void {
  if (!tab.leads) {
    post({ type: 'own', id, own });
    return;
  }
  change(id, { own });
  describe();
}

/** Forgets what has come to its end. */
export function clearDone(): void {
  post({ type: 'batch', batch: null });
  forgetHere();
  void forgetAll();
}
