/**
 * `tuodi drill <name>`: takes samples in, breaks one thing, mends it, and says what was lost, how long recovery took, and what an operator
 * saw meanwhile. Ends with 3 when something was lost.
 */

import { readConfig } from '../../app/config.ts';
import { recogniserOf } from '../../app/open-recogniser.ts';
import type { Text } from '../../contract/statuses.ts';
import { createSigner } from '../../runtime/accounts/signer.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Output } from '../output.ts';
import { plainText } from '../search.ts';
import { stopSignal } from '../signals.ts';
import { cleared } from './clearing.ts';
import { DRILLS, type Drill } from './drills.ts';
import { engineSettings, startEngine } from './engine.ts';
import type { DrillName } from './names.ts';
import { BEFORE } from './pictures.ts';
import { checkNobodyReads, makeDrillKey, openPlace, type Place } from './place.ts';
import { lostOf, recovered } from './recovery.ts';
import { type Report, reportText } from './report.ts';
import { silentLog } from './silent-log.ts';
import { doctorLines, watch } from './watcher.ts';
import { createWorld, type DrillWorld } from './world.ts';

const FIRST_LIMIT_MS = 3 * 60_000;

export const drillCommand =
  (name: DrillName, variables: NodeJS.ProcessEnv): Run =>
  async (config, out) => {
    const drill: Drill = DRILLS[name];
    const { signal, release } = stopSignal();
    const place = await openPlace(config, variables, drill);
    let kept = false;
    try {
      if (place.here && drill.provider) await checkNobodyReads(place);
      out.print(out.words(place.here ? HELD_HERE : heldIn(place)));
      const report = await held(name, drill, place, { variables, out, signal });
      kept = report.lost.length > 0 || report.left.length > 0;
      out.result(report, () => reportText(report, out));
      if (report.lost.length > 0) return 3;
      return kept ? 1 : 0;
    } catch (error) {
      kept = !(signal.aborted || error instanceof UsageError);
      throw error;
    } finally {
      if (kept) out.warn(out.words({ en: `Its logs are kept in ${place.folder}`, zh: `日志保留在 ${place.folder}` }));
      release();
      await place.close(kept);
    }
  };
const HELD_HERE: Text = {
  en: 'TUODI_DRILLS=here: on the servers and the data folder that are configured, in an organisation of its own.',
  zh: 'TUODI_DRILLS=here：在所配置的服务器与数据文件夹上进行，使用独立的组织。',
};
const heldIn = ({ folder }: Place): Text => ({
  en: `In a folder of its own, ${folder}; nothing that is configured is touched.`,
  zh: `在独立的文件夹 ${folder} 中进行；不会触及任何已配置的内容。`,
});

type Held = { variables: NodeJS.ProcessEnv; out: Output; signal: AbortSignal };
async function held(name: DrillName, drill: Drill, place: Place, { variables, out, signal }: Held): Promise<Report> {
  const engine = drill.provider ? await startEngine(await localRecogniser(place)) : null;
  const env = engine ? engineSettings(engine) : {};
  const key = await makeDrillKey(place);
  const with_worker = name === 'kill-worker' && place.on_servers;
  const watched = (client: Parameters<typeof watch>[0]) => watch(client, out);
  const { world, stop } = createWorld({ variables, place, key: key.text, env, engine, with_worker, out, signal, watched });
  let report: Report | null = null;
  try {
    await world.service.start();
    await world.worker?.start();
    await takeFirst(world);
    let doctor: string[] = [];
    const { config } = readConfig({ ...place.env, ...env });
    await drill.fault(world, async () => {
      doctor = await doctorLines(config, out);
    });
    const mended_ms = world.watcher.elapsed();
    const lost = await recovered(world, out, signal);
    const recovery_ms = Math.round(world.watcher.elapsed() - mended_ms);
    await world.watcher.stop();
    const pictures = world.pictures.map(({ file, resource_id }) => ({ file, resource_id }));
    report = { drill: name, here: place.here, pictures, lost, recovery_ms, seen: world.watcher.seen, doctor, left: [] };
    return report;
  } finally {
    await world.watcher.stop();
    // Ctrl-C has reached the service of the drill too.
    const left = place.here ? await cleared(world, out, { afresh: report === null }) : [];
    if (report) report.left = left;
    await stop();
    await engine?.close();
    if (place.here) await key.revoke();
  }
}

/** Those that are at rest before anything is broken. */
async function takeFirst(world: DrillWorld): Promise<void> {
  await world.take(BEFORE);
  const all = { en: 'the first pictures can be found', zh: '首批图片可以搜到' };
  await world.until(all, async () => (await lostOf(world)).length === 0, FIRST_LIMIT_MS);
  for (const picture of world.pictures) picture.text = await plainText(world.client(), picture.resource_id);
  world.says({
    en: `${world.pictures.length} pictures are taken in, read and found`,
    zh: `已接收、识别并搜到 ${world.pictures.length} 张图片`,
  });
}

/** The recognition of this machine, in this process: what the drill's engine reads with. */
function localRecogniser({ config, env }: Place): ReturnType<typeof recogniserOf> {
  const { ocr_url: _, ...own } = config;
  const signer = createSigner({ current: env.TUODI_LINK_SECRET ?? 'no link is signed by the recognition of a drill' });
  return recogniserOf(own as typeof config, { public_url: () => '', signer }, { clock: systemClock(), log: silentLog });
}
