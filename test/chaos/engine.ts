/** An OCR engine that reads the numbers of the test's pictures, and at times is down, hangs, forgets, says things twice, or forges. */
import { numberReader } from '../worlds/numbered.ts';
import { type OcrEngine, ocrEngine } from '../worlds/ocr-engine.ts';

/** What it does to the results of the next while. lost: never called back. */
export type Lie = 'none' | 'forgets' | 'twice' | 'lost' | 'mixed up' | 'forged' | 'late';
/** `held`: no work is finished, so that pictures wait. */
export type ChaosEngine = {
  engine: OcrEngine;
  lie: Lie;
  held: boolean;
  counts: Record<string, number>;
  stop(): Promise<void>;
};

const LOOK_EVERY_MS = 25;
/** A result takes so long, by chance up to three times that. */
const LATENCY_MS = 150;
const LATE_MS = 15_000;
const JOBS_A_LOOK = 40;
const never = new AbortController().signal;

export async function chaosEngine(random: () => number): Promise<ChaosEngine> {
  const reader = numberReader();
  const engine = await ocrEngine(async (png) => reader.recognise({ png, page: 1, width: 0, height: 0 }, never));
  const due = new Map<string, number>();
  const counts: Record<string, number> = {};
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  let stopped = false;

  async function finished(id: string): Promise<void> {
    const { lie } = self;
    const others = [...engine.jobs].filter(([other, job]) => other !== id && job.callback_url);
    const [, other] = others[Math.floor(random() * others.length)] ?? [];
    count(lie);
    if (lie === 'forgets') return void engine.jobs.delete(id);
    await engine.finish(id);
    const job = engine.jobs.get(id);
    if (!job?.callback_url || !job.result || lie === 'lost') return;
    const body = { task_id: job.task_id, provider_job_id: id, ...job.result };
    if (lie === 'mixed up' && other?.callback_url) {
      await engine.call(other.callback_url, body); // the right words at the wrong address
      await engine.call(swapped(other.callback_url, job.task_id), body); // and at an address put together from both
      return;
    }
    if (lie === 'forged' && other?.callback_url) {
      await engine.call(other.callback_url, { ...body, task_id: other.task_id }, undefined, FALSE_SECRET);
      return;
    }
    await engine.callBack(id);
    if (lie === 'twice') await engine.callBack(id);
  }
  const self: ChaosEngine = {
    ...{ engine, counts },
    lie: 'none',
    held: false,
    async stop() {
      stopped = true;
      await looking;
      await engine.stop();
    },
  };
  async function look(): Promise<void> {
    while (!stopped) {
      const now = performance.now();
      const open = [...engine.jobs].filter(([, job]) => job.result === null).slice(0, JOBS_A_LOOK);
      for (const [id] of open) {
        const wait = self.lie === 'late' ? LATE_MS : LATENCY_MS * (1 + 2 * random());
        if (!due.has(id)) due.set(id, now + wait);
      }
      const ready = engine.mood === 'well' && !self.held ? open.filter(([id]) => (due.get(id) ?? 0) <= now) : [];
      await Promise.allSettled(ready.map(([id]) => finished(id)));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
  const looking = look();
  return self;
}

const FALSE_SECRET = `whsec_${Buffer.from('a secret that the service does not know').toString('base64')}`;
/** The last segment of the path, the task, replaced. */
function swapped(address: string, task_id: string): string {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/[^/]+$/, task_id);
  return url.href;
}
