/** Details that are typed while files go in: given with those that are announced later, and sent after those that are in. */
import type { MetadataPatch } from '../../contract/metadata.ts';
import { api } from '../api/api.ts';
import { throwUnexpected } from '../api/refused.ts';
import { putPictures } from '../stores/pictures.ts';
import { after } from '../world.ts';
import { type Batch, type Details, type Item, NO_DETAILS } from './kept.ts';

/** `IMG_2024.jpg`: `IMG_2024`. */
export const stemOf = (name: string): string => name.replace(/\.[A-Za-z0-9]{1,5}$/, '').trim() || name;
const MAX_TITLE = 300;

const detailsOf = ({ own }: Pick<Item, 'own'>, batch: Details): Details => ({ ...batch, ...own });
/** What the API is given: only what is known, so that what a file says of itself holds. */
export function metadataOf(item: Pick<Item, 'name' | 'own'>, batch: Details): MetadataPatch {
  const { title, description, tags, taken_at } = detailsOf(item, batch);
  return {
    title: (title.trim() || stemOf(item.name)).replace(/\p{Cc}/gu, ' ').slice(0, MAX_TITLE),
    ...(description.trim() === '' ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(taken_at === '' ? {} : { taken_at }),
  };
}
/** From what it was given to what it shall have: a merge patch. */
function patchFor(item: Item, batch: Details): MetadataPatch | null {
  const wanted = metadataOf(item, batch);
  const before: MetadataPatch = item.described === null ? {} : JSON.parse(item.described);
  const fields = ['title', 'description', 'tags', 'taken_at'] as const;
  const changed = fields.filter((field) => JSON.stringify(wanted[field] ?? null) !== JSON.stringify(before[field] ?? null));
  return changed.length === 0 ? null : Object.fromEntries(changed.map((field) => [field, wanted[field] ?? null]));
}

const REST_MS = 700;
let cancel = () => {};
let running = false;
type Known = {
  items: () => Iterable<Item>;
  batch: () => Batch | null;
  may: (id: string) => boolean;
  done: (id: string, json: string) => void;
};
let latest: Known | null = null;

/** Once the typing rests: one picture after the other, each with what it lacks. Running twice sends the same. */
export function describeSoon(known: Known): void {
  latest = known;
  cancel();
  cancel = after(REST_MS, () => void describe());
}
async function describe(): Promise<void> {
  if (latest === null) return;
  if (running) return describeSoon(latest);
  running = true;
  try {
    const { items, batch, may, done } = latest;
    for (const item of [...items()]) {
      const { resource_id } = item.context;
      const details = batch()?.details ?? NO_DETAILS;
      const patch = patchFor(item, details);
      if (resource_id === null || patch === null || !may(item.id)) continue;
      const json = JSON.stringify(metadataOf(item, details));
      const { body } = await api.patch_metadata({ params: { resource_id }, body: patch });
      putPictures([body]);
      done(item.id, json);
    }
  } catch (error) {
    throwUnexpected(error); // tried again at the next change, or when the connection is back
  } finally {
    running = false;
  }
}
