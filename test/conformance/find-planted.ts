/** Which of paths, tries and random walks finds a planted mistake. */

import type { Path } from './plan.ts';
import type { FoundBy, Mistake } from './planted.ts';
import { type Named, runAll } from './resource-run.ts';
import { STORIES } from './stories.ts';
import { randomWalk } from './walks.ts';
import { nameOf } from './words.ts';

const WALKS = 12;
const WALK_LENGTH = 30;
const FIRST_SEED = 100;

const walks = (): Named[] =>
  Array.from({ length: WALKS }, (_, n) => {
    const walk = randomWalk(FIRST_SEED + n, WALK_LENGTH);
    return { ...walk, name: nameOf(walk) };
  });

/** The message of the first difference; null if there is none. `paths`: those of the plan, after the stories. */
export async function findBy(by: FoundBy, { planted }: Mistake, paths: Path[]): Promise<string | null> {
  const planned = paths.map((path): Named => ({ ...path, name: nameOf(path) }));
  if (by === 'tries') {
    const results = await runAll(STORIES, { planted, with_tries: true });
    return results.find((result) => result.by === 'try')?.error?.message ?? null;
  }
  const chosen = by === 'walks' ? walks() : [...STORIES, ...planned];
  const results = await runAll(chosen, { planted, with_tries: false, stop_at_first: true });
  return results.find(({ error }) => error !== null)?.error?.message ?? null;
}
