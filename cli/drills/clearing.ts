/** The pictures of a drill, removed for good from what is configured, however the drill ended. */
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { messageOf } from '../errors.ts';
import type { Output } from '../output.ts';
import { isGone, type Picture, remove } from './pictures.ts';
import { DRILL_ORG } from './place.ts';
import type { DrillWorld } from './world.ts';

const CLEAR_LIMIT_MS = 60_000;
const LOOK_MS = 250;

type Clearing = Pick<DrillWorld, 'pictures' | 'client'> & { service: Pick<DrillWorld['service'], 'start' | 'stop'> };
type How = { afresh: boolean; clock?: Pick<Clock, 'after' | 'sleep'> };

/**
 * Returns the ids of those that are left, and warns of them. Never rejects. `afresh`: by a service that is started for it, since that of
 * the drill may be stopped, killed or about to end.
 */
export async function cleared(world: Clearing, out: Output, { afresh, clock = systemClock() }: How): Promise<string[]> {
  const left = new Set(world.pictures);
  if (left.size === 0) return [];
  out.print(out.words({ en: 'The pictures of the drill are removed.', zh: '正在删除演练图片。' }));
  try {
    if (afresh) {
      await world.service.stop();
      await world.service.start();
    }
    await withTimeout({ clock: clock as Clock, limit_ms: CLEAR_LIMIT_MS }, async (signal) => {
      for (const asked = new Set<Picture>(); ; await clock.sleep(LOOK_MS, signal)) {
        await round(world, { left, asked });
        if (left.size === 0) return;
      }
    });
    return [];
  } catch (error) {
    const ids = [...left].map(({ resource_id }) => resource_id);
    const [names, why] = [ids.join(' '), messageOf(error, out.language)];
    out.warn(
      out.words({
        en: `Not removed (${why}): ${names}. Delete them with a key of their organisation: tuodi keys create drill --org ${DRILL_ORG}`,
        zh: `未能删除（${why}）：${names}。请用其组织的密钥删除：tuodi keys create drill --org ${DRILL_ORG}`,
      }),
    );
    return ids;
  }
}

/** Each is asked to go until that was answered, and leaves `left` once it is gone. What does not answer is asked in the next round. */
async function round({ client }: Clearing, { left, asked }: { left: Set<Picture>; asked: Set<Picture> }): Promise<void> {
  for (const picture of left)
    try {
      if (!asked.has(picture)) await remove(client(), picture);
      asked.add(picture);
      if (await isGone(client(), picture)) left.delete(picture);
    } catch {} // until the limit
}
