/** The protocol of docs/providers.md in a few lines: an OCR engine in memory, which a test tells how to misbehave. */
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export const SECRET = `whsec_${Buffer.from('a secret of callbacks, for tests').toString('base64')}`;
type Named = { task_id: string; resource_id: string; work_id: string };
type Job = Named & { callback_url: string | null; languages: string[]; pages: Blob[]; result: object | null };
/** `read`: what it makes of a page. `mood`: what it does to requests; work that it took goes on all the same. */
export type Mood = 'well' | 'hangs' | 'refuses' | 'breaks';
export type Called = { status: number; headers: Record<string, string>; body: string };

/** By what it knows work: an engine of the first version by `task_id` alone, and it names nothing in its answers. */
export type Knows = 'work_id' | 'task_id' | 'nothing but task_id, and names it';

export async function ocrEngine(
  read: (png: Buffer) => Promise<object>,
  { port = 0, knows = 'work_id' }: { port?: number; knows?: Knows } = {},
) {
  const jobs = new Map<string, Job>();
  const namesOf = ({ task_id, resource_id, work_id }: Named) => {
    if (knows === 'work_id') return { task_id, resource_id, work_id };
    return knows === 'task_id' ? {} : { task_id };
  };
  const key = knows === 'work_id' ? 'work_id' : 'task_id';
  /** The newest of this work, or of this task. */
  const find = (of: Partial<Named>) => [...jobs].findLast(([, job]) => job[key] === of[key])?.[0] ?? '';
  const engine = {
    mood: 'well' as Mood,
    jobs,
    submissions: 0,
    refused: 0,
    asked: [] as string[],
    calls: [] as Called[],
    one_ticket: null as string | null,
  };
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://engine');
    const body = await buffer(req);
    if (engine.mood !== 'well') engine.refused += 1;
    if (engine.mood === 'hangs') return;
    if (engine.mood !== 'well') return answer(res, engine.mood === 'refuses' ? 422 : 503, { detail: engine.mood });
    if (req.method === 'GET') {
      engine.asked.push(url.pathname + url.search);
      const id = url.search === '' ? url.pathname.slice('/jobs/'.length) : find(Object.fromEntries(url.searchParams));
      const job = jobs.get(id);
      if (!job) return answer(res, 404, {});
      return answer(res, 200, { provider_job_id: id, ...namesOf(job), status: 'working', ...job.result });
    }
    const form = await new Response(new Uint8Array(body), {
      headers: { 'content-type': req.headers['content-type'] ?? '' },
    }).formData();
    const reported = form.get('job');
    const job = { ...JSON.parse(reported instanceof Blob ? await reported.text() : '{}'), result: null };
    engine.submissions += 1;
    const known = find(job);
    const provider_job_id = engine.one_ticket ?? (known && jobs.get(known)?.result === null ? known : randomUUID());
    if (provider_job_id !== known) jobs.set(provider_job_id, { ...job, pages: form.getAll('page-1') });
    return answer(res, 202, { provider_job_id, ...namesOf(job) });
  });
  const answer = (res: ServerResponse, status: number, body: object) =>
    void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(port);
  const address = server.address() as AddressInfo; // it listens
  const call = async (to: string, body: object, id: string = randomUUID(), secret = SECRET): Promise<number> => {
    const text = JSON.stringify(body);
    const at = new Date();
    const signature = new Webhook(secret).sign(id, at, text);
    const time = String(Math.floor(at.getTime() / 1_000));
    const signed = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
    return (await fetch(to, { method: 'POST', headers: { 'content-type': 'application/json', ...signed }, body: text })).status;
  };
  return Object.assign(engine, {
    url: `http://127.0.0.1:${address.port}`,
    call,
    /** Reads the pages of a job; nobody is told. */
    async finish(provider_job_id: string): Promise<void> {
      const job = jobs.get(provider_job_id);
      const [page] = job?.pages ?? [];
      if (!job || !page) throw new Error(`no job ${provider_job_id}`);
      job.result = { status: 'done', pages: [{ page: 1, ...(await read(Buffer.from(await page.arrayBuffer()))) }] };
    },
    /** Tells the result, as it stands, to whom the job named. */
    async callBack(provider_job_id: string, webhook_id?: string): Promise<number> {
      const job = jobs.get(provider_job_id);
      if (!job?.callback_url || !job.result) throw new Error(`nothing to tell of ${provider_job_id}`);
      const named = { ...namesOf(job), task_id: job.task_id, provider_job_id };
      return call(job.callback_url, { ...named, ...job.result }, webhook_id);
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    again: () => listen(address.port),
  });
}
export type OcrEngine = Awaited<ReturnType<typeof ocrEngine>>;
