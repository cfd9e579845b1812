/** A data folder with the samples read and indexed: made once a run, copied for each file of tests. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Resource } from '../../contract/resource.ts';
import { started } from '../worlds/tuodi.ts';

const Truth = z.record(z.string(), z.object({ title: z.string() }));
export const truth = Truth.parse(JSON.parse(readFileSync('samples/truth.json', 'utf8')));
export const SAMPLE_NAMES = Object.keys(truth);

/** Short titles, and what people would add. */
const DETAILS: Record<string, { title: string; tags?: string[]; taken_at?: string }> = {
  'english-letter.png': { title: 'Letter from the bicycle workshop', tags: ['workshop'], taken_at: '2026-03-03' },
  'english-report.jpg': { title: 'Ferry terminal, monthly report', tags: ['harbour'], taken_at: '2026-02-01' },
  'exif-turned-poster.jpg': { title: 'Kite Festival on Pebble Beach', tags: ['notice'] },
  'chinese-notice.jpg': { title: '停水通知', tags: ['notice'], taken_at: '2026-03-15' },
  'chinese-traditional.png': { title: '山城圖書館夜讀活動', tags: ['notice'] },
  'mixed-slide.webp': { title: 'Orchard sensors 果园传感器', tags: ['winter-trial'], taken_at: '2026-06-30' },
  'receipt.jpg': { title: 'Skylark Bakery 云雀面包房', tags: ['receipt'], taken_at: '2026-04-09' },
  'screenshot.png': { title: 'Tidewater Notes 潮汐笔记' },
  'faded-ticket.jpg': { title: 'Cable car ticket 缆车票', tags: ['receipt'] },
  'turned-recipe.jpg': { title: '外婆的红豆山药点心' },
  'parts-label.bmp': { title: 'Gearbox seal kit 齿轮箱密封件' },
  'three-page-minutes.tif': { title: 'Allotment club minutes 园艺社会议记录' },
  'three-page-handbook.pdf': { title: 'Lighthouse handbook 灯塔值守手册', tags: ['handbook'], taken_at: '2026-10-09' },
  'photo-without-text.jpg': { title: 'Hills in the morning 清晨的山' },
};

/** A busy machine takes minutes for what an idle one reads in half of one. */
const READ_MS = 280_000;

export async function makeSeed(folder: string): Promise<void> {
  const service = await started(folder);
  try {
    const { url, api_key = '' } = service;
    const headers = { authorization: `Bearer ${api_key}` };
    const ids: string[] = [];
    for (const name of SAMPLE_NAMES) {
      const form = new FormData();
      form.set('metadata', JSON.stringify(DETAILS[name] ?? { title: name }));
      form.set('file', new Blob([new Uint8Array(readFileSync(`samples/${name}`))]), name);
      const response = await fetch(`${url}/v1/resources`, { method: 'POST', headers, body: form });
      if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
      ids.push(z.object({ resource: Resource }).parse(await response.json()).resource.resource_id);
    }
    const over = performance.now() + READ_MS;
    for (const [n, id] of ids.entries()) {
      let phase: string = 'working';
      while (phase === 'working' && performance.now() < over) {
        const response = await fetch(`${url}/v1/resources/${id}`, { headers: { ...headers, prefer: 'wait=20' } });
        phase = Resource.parse(await response.json()).phase;
      }
      if (phase !== 'ready') throw new Error(`${SAMPLE_NAMES[n]} came to ${phase}`);
    }
  } finally {
    await service.stop();
  }
}
