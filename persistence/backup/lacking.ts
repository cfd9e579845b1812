/** Pictures that the facts of a backup name, and whose bytes are not beside them as the facts say. */
import type { Stats } from 'node:fs';
import path from 'node:path';
import { segmentsOf } from '../shared/object-keys.ts';
import { type Lacking, MAX_NAMED } from './manifest.ts';
import { type Named, namedIn } from './snapshot.ts';

/** named: pictures looked at. first: of those that lack. */
export type AllLacking = { named: number; count: number; first: Lacking[] };
export const NOTHING_LACKS: AllLacking = { named: 0, count: 0, first: [] };

/** `stat`: null for what is not there. `isSame`: of a file as long as the facts say; without it, that is enough. */
export async function lackingIn(
  facts: string,
  objects: string,
  stat: (file: string) => Promise<Stats | null>,
  isSame: (file: string, named: Named) => Promise<boolean> = async () => true,
): Promise<AllLacking> {
  const found: AllLacking = { ...NOTHING_LACKS, first: [] };
  for (const named of namedIn(facts)) {
    found.named += 1;
    const { resource_id, key, byte_size } = named;
    const file = path.join(objects, ...segmentsOf(key));
    const there = await stat(file);
    if (there?.isFile() && (byte_size === null || there.size === byte_size) && (await isSame(file, named))) continue;
    found.count += 1;
    if (found.first.length < MAX_NAMED) found.first.push({ resource_id, key, found: there ? there.size : null });
  }
  return found;
}
