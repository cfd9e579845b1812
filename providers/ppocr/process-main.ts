/** The inside of a process that reads pictures: loads the models, then reads one picture after the other. */
import sharp from 'sharp';
import { serveParent } from '../local/process-main.ts';
import type { ModelFiles } from './model-files.ts';
import { openModels } from './models.ts';
import { readPage } from './page.ts';
import type { Read, Request } from './process.ts';

const [files = '{}', priority = '0'] = process.argv.slice(2);
// One thread a process, and nothing kept of a picture that was read.
sharp.concurrency(1);
sharp.cache(false);

await serveParent<Request, Read>({
  priority: Number(priority),
  async open() {
    const models = await openModels(JSON.parse(files) as ModelFiles); // said by our own side
    return async ({ png }) => {
      const { data, info } = await sharp(png).toColourspace('b-w').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
      const page = await readPage({ pixels: data, width: info.width, height: info.height }, models);
      return { page, rss: process.memoryUsage.rss() };
    };
  },
});
