/** What has become of the pictures of files that were sent, as the service sees it. */

import type { Cause } from '../../machines/upload.ts';
import { api } from '../api/api.ts';
import { throwUnexpected } from '../api/refused.ts';
import { pictureNow, putPictures, readPicture } from '../stores/pictures.ts';
import type { Item } from './kept.ts';

const quietly = async (work: () => Promise<unknown>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    throwUnexpected(error); // read again by the next event or poll
  }
};

/** Tells the status of a picture: as it is known, or as it is read. */
export function seenOf(id: string | null, see: (status: string, cause: Cause | null) => void, anew = false): void {
  if (id === null) return;
  const known = pictureNow(id);
  if (known && !anew) {
    see(known.status, null);
    return;
  }
  void quietly(async () => {
    const { status, failure } = await readPicture(id);
    see(status, failure === null ? null : { code: 'REJECTED', detail: failure.meaning });
  });
}

const MANY = 50;
/** Reads pictures anew, many a call; `see` gets the status of each. */
export function seeAgain(items: Iterable<Item>, see: (id: string, status: string) => void = () => {}): void {
  const wanted = [...items].filter(({ context }) => context.resource_id !== null);
  const of_batch = new Map<string, Item>(wanted.map((item) => [item.context.resource_id ?? '', item]));
  void quietly(async () => {
    for (let at = 0; at < wanted.length; at += MANY) {
      const some = wanted.slice(at, at + MANY);
      const sha256 = [...new Set(some.flatMap(({ context }) => context.sha256 ?? []))];
      for (let k = 0; k < sha256.length; k += 20) {
        const { body } = await api.list_resources({ query: { sha256: sha256.slice(k, k + 20), limit: 200 } });
        putPictures(body.items);
        for (const { resource_id, status } of body.items) {
          const item = of_batch.get(resource_id);
          if (item) see(item.id, status);
        }
      }
    }
  });
}
