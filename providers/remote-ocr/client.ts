/**
 * A Recogniser that is somewhere else, by the protocol of docs/providers.md: work is submitted for a ticket, asked about, and called
 * back about. A submission asks first: work that the engine has already is not given twice, and no picture is decoded for it.
 */
import { z } from 'zod';
import type { Clock } from '../../runtime/clock.ts';
import type { PictureToRead, Recogniser, RecogniserAsked, RemoteRecogniser } from '../../runtime/ports.ts';
import { badResult, type ProviderHttp, providerHttp } from '../http.ts';
import { ProviderJobId, saidOf } from './answer.ts';

/** A few megabytes of a page over a slow line, and a second for each page more, which are smaller then. */
const SUBMIT_LIMIT_MS = 60_000;
const EACH_MORE_PAGE_MS = 1_000;
/** A look-up. Below `ask_deadline_ms` of the task, so that its machine hears the answer. */
const ASK_LIMIT_MS = 8_000;
/** A dense page with its boxes has 0.5 MB, 100 usual ones have 6 MB. */
export const MOST_ANSWER_BYTES = 8 * 1024 * 1024;
const MOST_TICKET_BYTES = 64 * 1024;
/** No job has it: what a readiness check asks about. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

export type RemoteOcrOptions = {
  /** Without a slash at the end. */
  url: string;
  api_key: string | null;
  /** Where the engine tells of its result; null: it is asked. */
  callback_url: ((of: { resource_id: string; task_id: string }) => string) | null;
  clock: Clock;
  /** For tests. */
  limits?: { ask_ms?: number; submit_ms?: number; probe_after_ms?: number };
};

export function remoteOcr({ url, api_key, callback_url, clock, limits = {} }: RemoteOcrOptions): Recogniser {
  const { ask_ms = ASK_LIMIT_MS, submit_ms = SUBMIT_LIMIT_MS, probe_after_ms } = limits;
  const http = providerHttp({
    ...{ name: 'the OCR engine', url, api_key, clock },
    patience_ms: 0, // its tasks wait without holding a worker
    ...(probe_after_ms === undefined ? {} : { probe_after_ms }),
  });
  const engine = `remote ${new URL(url).host}`;
  const known = (id: { task_id: string; provider_job_id: string | null }, signal: AbortSignal) => look(http, id, ask_ms, signal);
  const remote: RemoteRecogniser = {
    async submit({ task_id, resource_id, languages, pages }, signal) {
      const there = await known({ task_id, provider_job_id: null }, signal);
      if (there && there.asked.status !== 'failed') return { provider_job_id: there.provider_job_id };
      const to = callback_url?.({ resource_id, task_id }) ?? null;
      const pictures = await pages();
      const body = formOf({ task_id, callback_url: to, languages }, pictures);
      const time_limit_ms = submit_ms + (pictures.length - 1) * EACH_MORE_PAGE_MS;
      const sent = { method: 'POST', path: '/jobs', body, time_limit_ms, most_bytes: MOST_TICKET_BYTES } as const;
      const ticket = z.object({ provider_job_id: ProviderJobId }).safeParse((await http.send(sent, signal)).json);
      if (!ticket.success) throw badResult('the OCR engine took the work without a ticket');
      return ticket.data;
    },
    ask: async (id, signal): Promise<RecogniserAsked> => (await known(id, signal))?.asked ?? { status: 'unknown' },
    read: saidOf,
  };
  return {
    engine,
    remote,
    recognise: async () => {
      throw new Error(`${engine} is submitted to, and does not answer at once`);
    },
    ready: async () => {
      await known({ task_id: NOBODY, provider_job_id: null }, new AbortController().signal);
    },
    reachable: http.reachable,
    close: async () => {},
  };
}

/** By its ticket, else by its task. null: the engine never heard of it. */
async function look(
  http: ProviderHttp,
  { task_id, provider_job_id }: { task_id: string; provider_job_id: string | null },
  time_limit_ms: number,
  signal: AbortSignal,
): Promise<ReturnType<typeof saidOf> | null> {
  const which = provider_job_id === null ? `?task_id=${task_id}` : `/${encodeURIComponent(provider_job_id)}`;
  const sent = { method: 'GET', path: `/jobs${which}`, time_limit_ms, most_bytes: MOST_ANSWER_BYTES, also: [404] } as const;
  const { status, json } = await http.send(sent, signal);
  return status === 404 ? null : saidOf(json);
}

function formOf(job: { task_id: string; callback_url: string | null; languages: string[] }, pages: PictureToRead[]): FormData {
  const form = new FormData();
  form.set('job', new Blob([JSON.stringify({ ...job, page_count: pages.length })], { type: 'application/json' }), 'job.json');
  for (const { page, png } of pages) {
    const bytes = new Uint8Array(png); // a Blob takes no shared memory
    form.set(`page-${page}`, new Blob([bytes], { type: 'image/png' }), `page-${page}.png`);
  }
  return form;
}
