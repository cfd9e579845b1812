/**
 * The inside of a process that reads pictures: loads the models, then reads one picture after the other. It has nothing to clean up: it is
 * ended by SIGKILL, or by the end of its parent.
 */
import sharp from 'sharp';
import { lowerPriority } from '../../runtime/async/low-priority.ts';
import type { ModelFiles } from './model-files.ts';
import { openModels } from './models.ts';
import { readPage } from './page.ts';
import type { Reply, Request } from './process.ts';

const [files = '{}', priority = '0'] = process.argv.slice(2);
lowerPriority(Number(priority));
// One thread a process, and nothing kept of a picture that was read.
sharp.concurrency(1);
sharp.cache(false);

// A stop from a terminal or a service manager reaches all processes of a group: what is under way is ended by the parent.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));

const send = (reply: Reply) => process.send?.(reply);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

try {
  const models = await openModels(JSON.parse(files) as ModelFiles); // said by our own side
  process.on('message', async ({ png }: Request) => {
    try {
      const { data, info } = await sharp(png).toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      const page = await readPage({ pixels: data, width: info.width, height: info.height }, models);
      send({ page, rss: process.memoryUsage.rss() });
    } catch (error) {
      send({ refused: messageOf(error) });
    }
  });
  send({ ready: true });
} catch (error) {
  send({ broken: messageOf(error) });
}
