/** An OCR engine apart, by the protocol of docs/providers.md, for a drill to take away: what it reads is read by the recognition of this machine. */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { z } from 'zod';
import type { PageRead, Recogniser } from '../../runtime/ports/providers.ts';

const Work = z.object({
  resource_id: z.string(),
  task_id: z.string(),
  work_id: z.string(),
  callback_url: z.string().nullable(),
  page_count: z.int().min(1),
});
type Job = z.infer<typeof Work> & { provider_job_id: string; answer: object };
/** A callback that is not taken in this time is not sent again: the service asks. */
const CALLBACK_LIMIT_MS = 5_000;
const NAMES = ({ provider_job_id, resource_id, task_id, work_id }: Job) => ({ provider_job_id, resource_id, task_id, work_id });

export type DrillEngine = {
  url: string;
  /** whsec_…, by which callbacks are signed. */
  secret: string;
  /** Callbacks that were due and never sent. */
  lost(): number;
  loseCallbacks(): void;
  /** Refuses every connection until `begin`. What it has taken stays with it. */
  end(): Promise<void>;
  begin(): Promise<void>;
  close(): Promise<void>;
};

/** Settings by which a service uses it, whatever engine is configured: a secret from a file would be a second one. */
export const engineSettings = ({ url, secret }: Pick<DrillEngine, 'url' | 'secret'>): Record<string, string> => ({
  TUODI_OCR_URL: url,
  TUODI_OCR_CALLBACK_SECRET: secret,
  TUODI_OCR_CALLBACK_SECRET_FILE: '',
});

export async function startEngine(recogniser: Recogniser): Promise<DrillEngine> {
  const jobs = new Map<string, Job>();
  const secret = randomBytes(24);
  const stopping = new AbortController();
  const callbacks = { lost: 0, are_lost: false };
  const reading = new Set<Promise<void>>();

  async function read(job: Job, pages: Uint8Array[]): Promise<void> {
    try {
      const read: (PageRead & { page: number })[] = [];
      for (const [at, png] of pages.entries()) {
        const { width, height } = await sharp(png).metadata();
        const picture = { png, page: at + 1, width, height };
        read.push({ page: at + 1, ...(await recogniser.recognise(picture, stopping.signal)) });
      }
      job.answer = {
        status: 'done',
        pages: read.map(({ page, text, confidence, words }) => ({ page, text, confidence, words })),
      };
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      job.answer = { status: 'failed', failure: { retryable: true, detail } };
    }
    if (job.callback_url === null || stopping.signal.aborted) return;
    if (callbacks.are_lost) callbacks.lost += 1;
    else await callBack(job, job.callback_url, secret);
  }

  async function take(req: IncomingMessage): Promise<Job> {
    const { work, pages } = await submitted(req);
    const known = [...jobs.values()].findLast(({ work_id }) => work_id === work.work_id);
    if (known) return known;
    const job: Job = { ...work, provider_job_id: randomBytes(12).toString('hex'), answer: { status: 'working' } };
    jobs.set(job.provider_job_id, job);
    const done = read(job, pages).finally(() => reading.delete(done));
    reading.add(done);
    return job;
  }

  function found(url: URL): Job | undefined {
    const work_id = url.searchParams.get('work_id');
    if (work_id !== null) return [...jobs.values()].findLast((job) => job.work_id === work_id);
    return jobs.get(url.pathname.slice('/jobs/'.length));
  }

  const server = createServer((req, res) => {
    const answered = async () => {
      if (req.method === 'POST') return answer(res, 202, NAMES(await take(req)));
      const job = found(new URL(req.url ?? '/', 'http://engine'));
      return job ? answer(res, 200, { ...NAMES(job), ...job.answer }) : answer(res, 404, {});
    };
    answered().catch((error: unknown) => answer(res, 400, { detail: String(error) }));
  });
  let port = 0;
  const begin = async () => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    port = address && typeof address === 'object' ? address.port : port;
  };
  const end = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await begin();
  return {
    url: `http://127.0.0.1:${port}`,
    secret: `whsec_${secret.toString('base64')}`,
    lost: () => callbacks.lost,
    loseCallbacks: () => {
      callbacks.are_lost = true;
    },
    begin,
    end,
    async close() {
      stopping.abort(new Error('the drill is over'));
      await end();
      await Promise.allSettled([...reading]);
      await recogniser.close();
    },
  };
}

/** What is submitted: the work, and its pages in their order. Throws what is no submission. */
async function submitted(req: IncomingMessage): Promise<{ work: z.infer<typeof Work>; pages: Uint8Array[] }> {
  const body = await buffer(req);
  const headers = { 'content-type': req.headers['content-type'] ?? '' };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  const named = form.get('job');
  const work = Work.parse(JSON.parse(named instanceof Blob ? await named.text() : String(named)));
  const parts = Array.from({ length: work.page_count }, (_, at) => form.get(`page-${at + 1}`));
  const pages = parts.flatMap((part) => (part instanceof Blob ? [part.arrayBuffer()] : []));
  return { work, pages: (await Promise.all(pages)).map((bytes) => new Uint8Array(bytes)) };
}

/** By Standard Webhooks. One that is not taken is lost: the service asks then. */
async function callBack(job: Job, to: string, secret: Buffer): Promise<void> {
  const body = JSON.stringify({ ...NAMES(job), ...job.answer });
  const time = String(Math.floor(Date.now() / 1_000));
  const signed = createHmac('sha256', secret).update(`${job.provider_job_id}.${time}.${body}`).digest('base64');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': job.provider_job_id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signed}`,
  };
  await fetch(to, { method: 'POST', headers, body, signal: AbortSignal.timeout(CALLBACK_LIMIT_MS) }).catch(() => undefined); // it is asked for
}

const answer = (res: ServerResponse, status: number, body: object): void => {
  if (!res.headersSent) res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
