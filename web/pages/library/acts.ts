/** What is done with what is chosen. Each picture is answered for itself; what can be undone, can for ten seconds. */
import { addressOfCall, api } from '../../api/api.ts';
import { whyOf } from '../../api/refused.ts';
import { choice } from '../../stores/choice.ts';
import { type Picture, pictureNow, putPictures } from '../../stores/pictures.ts';
import { query } from '../../stores/query.ts';
import { say } from '../../stores/toast.ts';
import { libraryWords } from '../../words/library.ts';
import { wordsNow } from '../../words/words.ts';
import { after } from '../../world.ts';
import { ask, shelf } from './shelf-store.ts';

type Outcome = { done: string[]; refused: string[]; why: string };
type Change = Parameters<typeof api.change_resources>[0]['body'];

/** One call for up to 500; more are sent one call after the other. */
const AT_ONCE = 500;
async function changeAll(ids: readonly string[], change: Omit<Change, 'resource_ids' | 'items' | 'filter'>): Promise<Outcome> {
  const outcome: Outcome = { done: [], refused: [], why: '' };
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const part = ids.slice(at, at + AT_ONCE);
    try {
      const { body } = await api.change_resources({ body: { ...change, resource_ids: part } });
      for (const { resource_id, resource, problem } of body.items) {
        if (resource) putPictures([resource]);
        (resource ? outcome.done : outcome.refused).push(resource_id);
        outcome.why = problem?.detail ?? outcome.why;
      }
    } catch (error) {
      refused(outcome, part, error);
    }
  }
  return outcome;
}

/** For what has no call of many: a few at once. */
const SIDE_BY_SIDE = 4;
async function eachOf(ids: readonly string[], act: (id: string) => Promise<Picture | null>): Promise<Outcome> {
  const outcome: Outcome = { done: [], refused: [], why: '' };
  const left = [...ids];
  const one = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      try {
        const picture = await act(id);
        if (picture) putPictures([picture]);
        outcome.done.push(id);
      } catch (error) {
        refused(outcome, [id], error);
      }
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, one));
  return outcome;
}

function refused(outcome: Outcome, ids: readonly string[], error: unknown): void {
  outcome.why = whyOf(error);
  outcome.refused.push(...ids);
}

/** Says what was done, and what was not with the reason of the last. */
function report({ done, refused, why }: Outcome, text: (count: number) => string, undo: (() => Promise<void>) | null): void {
  const words = wordsNow(libraryWords);
  if (refused.length > 0)
    say(words.some_failed(done.length, refused.length, why), { undo: done.length > 0 ? undo : null, bad: true });
  else say(text(done.length), { undo });
}

const params = (resource_id: string) => ({ params: { resource_id } });
const allows = (id: string, event: string): boolean => pictureNow(id)?.allowed_events.includes(event) ?? false;

export async function trash(ids: readonly string[]): Promise<void> {
  const outcome = await changeAll(ids, { action: 'trash' });
  shelf.trigger.gone({ ids: outcome.done });
  choice.trigger.without({ gone: outcome.done });
  report(outcome, wordsNow(libraryWords).trashed, () => restore(outcome.done));
}

export async function restore(ids: readonly string[]): Promise<void> {
  const outcome = await changeAll(ids, { action: 'restore' });
  if (query.getSnapshot().context.trash) shelf.trigger.gone({ ids: outcome.done });
  choice.trigger.without({ gone: outcome.done });
  report(outcome, wordsNow(libraryWords).restored, null);
  await ask(query.getSnapshot().context);
}

/** Removes for good: asked for by a second button, and cannot be undone. */
export async function deleteForGood(ids: readonly string[]): Promise<void> {
  const outcome = await eachOf(ids, async (id) => (await api.remove_resource({ ...params(id), query: { purge: 'true' } })).body);
  shelf.trigger.gone({ ids: outcome.done });
  choice.trigger.without({ gone: outcome.done });
  report(outcome, wordsNow(libraryWords).deleted, null);
}

export async function retry(ids: readonly string[]): Promise<void> {
  const stopped = ids.filter((id) => allows(id, 'RETRY'));
  const words = wordsNow(libraryWords);
  if (stopped.length === 0) return say(words.none_to_retry);
  report(await changeAll(stopped, { action: 'retry' }), words.retried, null);
}

export async function addTag(ids: readonly string[], tag: string): Promise<void> {
  const tagsOf = (id: string) => pictureNow(id)?.metadata.tags ?? [];
  const lacking = ids.filter((id) => !tagsOf(id).includes(tag));
  const outcome = await changeAll(lacking, { action: 'patch', tags_add: [tag] });
  const undo = async () => void (await changeAll(outcome.done, { action: 'patch', tags_remove: [tag] }));
  report(outcome, wordsNow(libraryWords).tagged, undo);
}

const PAUSE_MS = 400;
/** One after the other: a browser that is given several at once keeps only the last. */
export function download(ids: readonly string[]): void {
  const shown = ids.filter((id) => pictureNow(id)?.viewable);
  say(wordsNow(libraryWords).downloading(shown.length));
  shown.forEach((id, n) => {
    after(n * PAUSE_MS, () => {
      const link = document.createElement('a');
      link.href = addressOfCall('get_content', params(id));
      link.download = pictureNow(id)?.filename ?? '';
      link.click();
    });
  });
}
