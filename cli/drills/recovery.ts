/** What comes after the fault of a drill: what is lost of its pictures once there was time to recover. */
import type { Output } from '../output.ts';
import { type Lost, wrongWith } from './pictures.ts';
import { look } from './watcher.ts';
import type { DrillWorld } from './world.ts';

/** Far above what any drill takes to recover: a lease is a minute, and a provider is asked once a minute. */
const RECOVERY_LIMIT_MS = 5 * 60_000;

export async function lostOf({ pictures, client }: Pick<DrillWorld, 'pictures' | 'client'>): Promise<Lost[]> {
  const lost: Lost[] = [];
  for (const picture of pictures) {
    const why = await wrongWith(client(), picture);
    if (why) lost.push({ file: picture.file, resource_id: picture.resource_id, why });
  }
  return lost;
}

/**
 * Until all is as it should be and nothing is degraded, or the limit; then what is not. Throws where the drill was stopped, since what
 * had no time to recover is not lost, and where all is there and something else is still degraded.
 */
export async function recovered(
  world: Pick<DrillWorld, 'pictures' | 'client' | 'until'>,
  out: Output,
  stopped: AbortSignal,
): Promise<Lost[]> {
  let lost: Lost[] = [];
  const isWell = async () => {
    lost = await lostOf(world);
    return lost.length === 0 && (await look(world.client(), out)).is_well;
  };
  const all = { en: 'all is as before', zh: '一切恢复如常' };
  await world.until(all, isWell, RECOVERY_LIMIT_MS).catch((error: unknown) => {
    if (stopped.aborted || lost.length === 0) throw error;
  });
  return lost;
}
