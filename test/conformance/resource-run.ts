/** Leads many paths through one service after the other; another service is started after a difference. */
import { checkedResponses } from '../worlds/check-responses.ts';
import type { Path } from './plan.ts';
import { Differs, runPath, type Went } from './runner.ts';
import { type ModelWorld, modelWorld, type Planted } from './world.ts';

export type Named = Pick<Path, 'described' | 'steps'> & { name: string };
export type Result = { path: Named; went: Went; error: Error | null; by: 'path' | 'try' | null };
export type Suite = { planted?: Planted; env?: Record<string, string>; with_tries?: boolean; stop_at_first?: boolean };

/** `done` is called with each result as it comes. */
export async function runAll(paths: Named[], suite: Suite = {}, done: (result: Result) => void = () => {}): Promise<Result[]> {
  const { planted, env, with_tries = true, stop_at_first = false } = suite;
  const tried = with_tries ? new Set<string>() : null;
  const results: Result[] = [];
  let world: ModelWorld | null = null;
  try {
    for (const path of paths) {
      world ??= await modelWorld(planted, env);
      const result = await runOne(world, path, tried);
      results.push(result);
      done(result);
      if (!result.error) continue;
      await world.stop();
      world = null;
      if (stop_at_first) break;
    }
  } finally {
    await world?.stop();
  }
  return results;
}

async function runOne(world: ModelWorld, path: Named, tried: Set<string> | null): Promise<Result> {
  try {
    return { path, went: await runPath(world, path, { tried }), error: null, by: null };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    if (cause instanceof Differs) return { path, went: cause.went, error, by: cause.by };
    return { path, went: { taken: [], tries: 0, covered: [] }, error, by: 'path' };
  }
}
export const responsesChecked = (): number => [...checkedResponses.values()].reduce((sum, n) => sum + n, 0);
