/**
 * A Recogniser that is somewhere else, by the protocol of docs/providers.md: work is submitted for a ticket, asked about, and called
 * back about. A submission asks first: work that the engine has already is not given twice, and no picture is decoded for it.
 */
import type { Clock } from '../../runtime/async/clock.ts';
import type { Credentials } from '../../runtime/health/credentials.ts';
import type {
  PictureToRead,
  Recogniser,
  RecogniserAsked,
  RemoteRecogniser,
  WorkIdentity,
} from '../../runtime/ports/providers.ts';
import { badResult, providerHttp } from '../http.ts';
import { checkNames, type Names, type ParsedResponse, TicketResponse } from './answer.ts';
import { answerReader } from './reader.ts';

/** A few megabytes of a page over a slow line, and a second for each page more, which are smaller then. */
const SUBMIT_LIMIT_MS = 60_000;
const EACH_MORE_PAGE_MS = 1_000;
/** A look-up. Below `ask_deadline_ms` of the task, so that its machine gets the response. */
const ASK_LIMIT_MS = 8_000;
/** A dense page with its boxes has 0.5 MB, 100 usual ones have 6 MB. */
export const MAX_ANSWER_BYTES = 8 * 1024 * 1024;
const MAX_TICKET_BYTES = 64 * 1024;
/** No job has it: what a readiness check asks about. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Which run of which order a callback is about. */
export type CalledFor = { org_id: string; resource_id: string; task_id: string; order: number };
export type RemoteOcrOptions = {
  credentials?: Credentials;
  /** Without a slash at the end. */
  url: string;
  api_key: string | null;
  /** Where the engine tells of its result; null: it is asked. */
  callback_url: ((of: CalledFor) => string) | null;
  clock: Clock;
  /** Told once of an engine that does not know `work_id`. */
  warn?: (message: string) => void;
  /** For tests. */
  limits?: { ask_ms?: number; submit_ms?: number; probe_after_ms?: number };
};

export function remoteOcr(options: RemoteOcrOptions): Recogniser {
  const { url, api_key, callback_url, clock, warn, credentials, limits = {} } = options;
  const { ask_ms = ASK_LIMIT_MS, submit_ms = SUBMIT_LIMIT_MS, probe_after_ms } = limits;
  const http = providerHttp({
    ...{ name: 'the OCR engine', url, api_key, clock, variable: 'TUODI_OCR_API_KEY' },
    check: { method: 'GET', path: `/jobs?${new URLSearchParams({ task_id: NOBODY, work_id: NOBODY })}` },
    ...(credentials ? { credentials } : {}),
    patience_ms: 0, // its tasks wait without holding a worker
    ...(probe_after_ms === undefined ? {} : { probe_after_ms }),
  });
  const engine = `remote ${new URL(url).host}`;
  const reader = answerReader(clock);
  let is_warned = warn === undefined;
  /** Checks that a response belongs to this work, as far as it says. */
  function checked(names: Names, of: WorkIdentity): void {
    checkNames(names, of);
    if (names.work_id !== undefined || is_warned) return;
    is_warned = true;
    warn?.(`${engine} names no work_id: work that outlasts a deadline is given to it again (docs/providers.md)`);
  }
  /** By its ticket, else by its work. null: the engine does not know it. */
  async function look(
    of: WorkIdentity & { provider_job_id: string | null },
    signal: AbortSignal,
  ): Promise<ParsedResponse | null> {
    const { provider_job_id, task_id, work_id } = of;
    const which =
      provider_job_id === null ? `?${new URLSearchParams({ task_id, work_id })}` : `/${encodeURIComponent(provider_job_id)}`;
    const sent = {
      method: 'GET',
      path: `/jobs${which}`,
      time_limit_ms: ask_ms,
      max_bytes: MAX_ANSWER_BYTES,
      also: [404],
    } as const;
    const { status, text } = await http.send(sent, signal);
    if (status === 404) return null;
    const parsed = await reader.read(text ?? '');
    checked(parsed.names, of);
    if (provider_job_id !== null && parsed.provider_job_id !== provider_job_id)
      throw badResult(`the OCR engine was asked about ${provider_job_id} and answered about ${parsed.provider_job_id}`);
    return parsed;
  }
  const remote: RemoteRecogniser = {
    async submit({ org_id, order, languages, pages, ...of }, signal) {
      const { resource_id, task_id } = of;
      const there = await look({ ...of, provider_job_id: null }, signal);
      if (there && there.asked.status !== 'failed') return { provider_job_id: there.provider_job_id };
      const to = callback_url?.({ org_id, resource_id, task_id, order }) ?? null;
      const pictures = await pages();
      const body = formOf({ ...of, callback_url: to, languages }, pictures);
      const time_limit_ms = submit_ms + (pictures.length - 1) * EACH_MORE_PAGE_MS;
      const sent = { method: 'POST', path: '/jobs', body, time_limit_ms, max_bytes: MAX_TICKET_BYTES } as const;
      const ticket = TicketResponse.safeParse((await http.send(sent, signal)).json);
      if (!ticket.success) throw badResult('the OCR engine took the work without a ticket');
      const { provider_job_id, ...names } = ticket.data;
      checked(names, of);
      return { provider_job_id };
    },
    ask: async (of, signal): Promise<RecogniserAsked> => (await look(of, signal))?.asked ?? { status: 'unknown' },
    read: reader.read,
  };
  return {
    engine,
    remote,
    recognise: async () => {
      throw new Error(`${engine} is submitted to, and does not answer at once`);
    },
    ready: async () => {
      const nobody = { resource_id: NOBODY, task_id: NOBODY, work_id: NOBODY, provider_job_id: null };
      await look(nobody, new AbortController().signal);
    },
    reachable: http.reachable,
    close: reader.close,
  };
}

function formOf(job: WorkIdentity & { callback_url: string | null; languages: string[] }, pages: PictureToRead[]): FormData {
  const form = new FormData();
  form.set('job', new Blob([JSON.stringify({ ...job, page_count: pages.length })], { type: 'application/json' }), 'job.json');
  for (const { page, png } of pages) {
    const bytes = new Uint8Array(png); // a Blob takes no shared memory
    form.set(`page-${page}`, new Blob([bytes], { type: 'image/png' }), `page-${page}.png`);
  }
  return form;
}
