/** What a person may do with a picture now, and how it is said afterwards. */
import type { MetadataPatch } from '../../../contract/metadata.ts';
import type { ReprocessFrom } from '../../../contract/step-kinds.ts';
import type { EngineChoice } from '../../../contract/steps.ts';
import { api } from '../../api/api.ts';
import { whyOf } from '../../api/refused.ts';
import { type Picture, putPictures } from '../../stores/pictures.ts';
import { say } from '../../stores/toast.ts';
import { pageWords } from '../../words/picture.ts';
import { wordsNow } from '../../words/words.ts';

export type Acts = {
  /** Whether it takes this event now, and this person may send it. */
  may: (event: string) => boolean;
  retry: () => void;
  trash: () => void;
  restore: () => void;
  remove: () => void;
  /** engine: that reads it from now on; only from `ocr`. */
  reprocess: (from: ReprocessFrom, engine?: EngineChoice) => void;
  describe: (patch: MetadataPatch) => Promise<boolean>;
};

/** Says why something was not done; what is no answer of the API is thrown on. */
export function sayRefused(error: unknown): void {
  say(wordsNow(pageWords).not_done(whyOf(error)), { bad: true });
}

type Done = { body: Picture };
async function done(work: Promise<Done>, text: string, undo: (() => Promise<void>) | null = null): Promise<boolean> {
  try {
    const { body } = await work;
    putPictures([body]);
    if (text !== '') say(text, { undo });
    return true;
  } catch (error) {
    sayRefused(error);
    return false;
  }
}

export function actsFor({ resource_id, actions }: Picture): Acts {
  const params = { resource_id };
  const words = wordsNow(pageWords);
  const restore = () => done(api.restore_resource({ params }), words.put_back);
  return {
    may: (event) => actions.some((action) => action.event === event),
    retry: () => void done(api.retry_resource({ params }), words.goes_on),
    trash: () => void done(api.remove_resource({ params }), words.trashed, async () => void (await restore())),
    restore: () => void restore(),
    remove: () => void done(api.remove_resource({ params, query: { purge: 'true' } }), words.deleting),
    reprocess: (from, engine) =>
      void done(api.reprocess_resource({ params, body: engine === undefined ? { from } : { from, engine } }), words.goes_on),
    describe: (patch) => done(api.patch_metadata({ params, body: patch }), ''),
  };
}
