/** What is done with what is chosen. Each picture is answered for itself; what can be undone, can for ten seconds. */
import { addressOfCall, api } from '../../api/api.ts';
import { isUnreachable, Refused } from '../../api/refused.ts';
import { choice } from '../../stores/choice.ts';
import { type Picture, pictureNow, putPictures } from '../../stores/pictures.ts';
import { query } from '../../stores/query.ts';
import { say } from '../../stores/toast.ts';
import { libraryWords } from '../../words/library.ts';
import { wordsNow } from '../../words/words.ts';
import { after } from '../../world.ts';
import { ask, shelf } from './shelf-store.ts';

/** Calls that are under way at once. */
const AT_ONCE = 4;

type Outcome = { done: string[]; refused: string[]; why: string };
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
        if (!(error instanceof Refused) && !isUnreachable(error)) throw error;
        outcome.refused.push(id);
        outcome.why = error instanceof Error ? error.message : '';
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return outcome;
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
  const outcome = await eachOf(ids, async (id) => (await api.remove_resource(params(id))).body);
  shelf.trigger.gone({ ids: outcome.done });
  choice.trigger.without({ gone: outcome.done });
  report(outcome, wordsNow(libraryWords).trashed, () => restore(outcome.done));
}

export async function restore(ids: readonly string[]): Promise<void> {
  const outcome = await eachOf(ids, async (id) => (await api.restore_resource(params(id))).body);
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
  report(await eachOf(stopped, async (id) => (await api.retry_resource(params(id))).body), words.retried, null);
}

export async function addTag(ids: readonly string[], tag: string): Promise<void> {
  const tagsOf = (id: string) => pictureNow(id)?.metadata.tags ?? [];
  const lacking = ids.filter((id) => !tagsOf(id).includes(tag));
  const before = new Map(lacking.map((id) => [id, tagsOf(id)]));
  const setTags = async (id: string, tags: string[]) => (await api.patch_metadata({ ...params(id), body: { tags } })).body;
  const outcome = await eachOf(lacking, (id) => setTags(id, [...tagsOf(id), tag]));
  const undo = async () => void (await eachOf(outcome.done, (id) => setTags(id, before.get(id) ?? [])));
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
