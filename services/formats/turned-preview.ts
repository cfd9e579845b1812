/** Previews of pages that were turned to be read: turned while they are sent, and kept for who asks next. */
import { buffer } from 'node:stream/consumers';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import sharp from 'sharp';
import type { Turned } from '../../contract/text.ts';
import type { Objects } from '../../runtime/ports/objects.ts';

/** Bytes of turned previews in memory: some 200 large ones, or thousands of small ones. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** At once: one takes some 100 ms of a core. */
const TURNED_AT_ONCE = 2;
/** As that of stored previews. */
const QUALITY = 80;

/** `version`: of the bytes under `key`. Asked for the same at once, it is turned once. null: there is no such preview any more. */
export function previewTurner(objects: Pick<Objects, 'read'>) {
  const kept = new LRUCache<string, Buffer>({ maxSize: KEPT_BYTES, sizeCalculation: ({ byteLength }) => byteLength });
  const under_way = new Map<string, Promise<Buffer | null>>();
  const limit = pLimit(TURNED_AT_ONCE);
  const turn = async (key: string, turned: Turned) => {
    const stream = await objects.read(key);
    return (
      stream &&
      sharp(await buffer(stream))
        .rotate(turned)
        .webp({ quality: QUALITY })
        .toBuffer()
    );
  };
  return async ({ key, version, turned }: { key: string; version: string; turned: Turned }): Promise<Buffer | null> => {
    const name = `${key} ${version} ${turned}`;
    const known = kept.get(name);
    if (known) return known;
    const turning = under_way.get(name) ?? limit(() => turn(key, turned)).finally(() => under_way.delete(name));
    under_way.set(name, turning);
    const made = await turning;
    if (made) kept.set(name, made);
    return made;
  };
}
