/** `tuodi verify`, `tuodi reindex`, `tuodi embed`, `tuodi replay`: begins long work at the service, and follows it. */
import { DEAD_STATUSES } from '../contract/dead-letters.ts';
import type { ExitCode } from '../contract/exit-codes.ts';
import type { Finding, Run, StartRun } from '../contract/runs.ts';
import { systemClock } from '../runtime/async/clock.ts';
import { printableLine } from '../text/printable.ts';
import type { Client } from './client.ts';
import type { Run as Command } from './command.ts';
import type { Output } from './output.ts';
import { stopSignal } from './signals.ts';
import { withClient } from './with-service.ts';

/** How often a run is looked at. */
const LOOK_MS = 500;
const PAGE = 200;

export type ReplayOptions = { step?: string; code?: string; limit?: number };

export const verifyCommand = ({ heal = false }: { heal?: boolean }): Command =>
  withClient((client, out) => followed(client, { kind: 'verify', heal }, out));

export const reindexCommand: Command = withClient((client, out) => followed(client, { kind: 'reindex' }, out));

export const embedCommand: Command = withClient((client, out) => followed(client, { kind: 'embed' }, out));

/** Step and code are checked by the service, which names those that there are. */
export const replayCommand = (options: ReplayOptions): Command =>
  withClient((client, out) => followed(client, { kind: 'replay', ...options } as StartRun, out));

/** Begins it, or follows the same one that is under way. Ctrl-C ends the following, not the run. */
async function followed(client: Client, body: StartRun, out: Output): Promise<ExitCode> {
  const begun = (await client.api.start_run({ body })).body.run;
  const stop = stopSignal();
  const bar = out.follow(body.kind);
  try {
    const run = await untilEnded(client, begun, stop.signal, (now) => bar.at(now.done, now.total, barWords(now, out)));
    bar.end();
    if (!isEnded(run)) return left(client, run, out);
    for (const finding of await findingsOf(client, run)) out.result(finding, () => findingLine(finding));
    out.result(run, () => summaryOf(run, out));
    return isWell(run) ? 0 : 3;
  } finally {
    bar.end();
    stop.release();
  }
}

/** The run as it ended, or as it was when the signal came. */
async function untilEnded(client: Client, begun: Run, signal: AbortSignal, show: (run: Run) => void): Promise<Run> {
  const clock = systemClock();
  let run = begun;
  for (;;) {
    show(run);
    if (isEnded(run) || signal.aborted) return run;
    await clock.sleep(LOOK_MS, signal).catch(() => undefined); // woken to stop
    run = (await client.api.get_run({ params: { run_id: run.run_id } })).body.run;
  }
}

const ENDED: readonly Run['status'][] = ['done', 'stopped', 'failed'];
const isEnded = ({ status }: Run): boolean => ENDED.includes(status);
/** Statuses in which a replayed picture has failed again. */
const FAILED_AGAIN = [...DEAD_STATUSES, 'refused'];
/** What is healed is no finding that is left. */
const LEFT = ['found', 'reported'];
const isWell = ({ kind, status, findings_total, counts }: Run): boolean => {
  if (status !== 'done') return false;
  if (kind === 'verify') return !LEFT.some((name) => counts[name]);
  return findings_total === 0 && !FAILED_AGAIN.some((name) => counts[name]);
};

function left({ url, taken }: Client, { kind, run_id }: Run, out: Output): ExitCode {
  const address = `${url}/v1/ops/runs/${run_id}`;
  const goes_on = taken === null;
  out.warn(
    out.words({
      en: `${goes_on ? 'It goes on' : 'It goes on when the service is started again'}: \`tuodi ${kind}\` follows it, and \`DELETE ${address}\` stops it.`,
      zh: `${goes_on ? '作业仍在运行' : '服务再次启动后作业会继续'}：\`tuodi ${kind}\` 可继续查看，\`DELETE ${address}\` 可将其停止。`,
    }),
  );
  return 0;
}

async function findingsOf({ api }: Client, { run_id, findings_total }: Run): Promise<Finding[]> {
  const all: Finding[] = [];
  let cursor: string | null = null;
  while (all.length < findings_total) {
    const query = { limit: PAGE, ...(cursor === null ? {} : { cursor }) };
    const { body }: Awaited<ReturnType<typeof api.list_findings>> = await api.list_findings({ params: { run_id }, query });
    all.push(...body.items);
    cursor = body.next_cursor;
    if (cursor === null) break;
  }
  return all;
}

function barWords({ status, stage, rate_per_s, ends_at, waits_for }: Run, { words }: Output): string {
  const pace = rate_per_s === null ? '' : `${rate_per_s}/s`;
  const at = ends_at?.slice(11, 16);
  const end = at === undefined ? '' : words({ en: `until about ${at} UTC`, zh: `约 ${at} UTC 结束` });
  const waiting = waits_for === null ? '' : words({ en: `waits: ${waits_for}`, zh: `等待：${waits_for}` });
  return printableLine([stage ?? status, pace, end, waiting].filter(Boolean).join(', '));
}

const findingLine = ({ finding, meaning, resource_id, subject, detail, outcome }: Finding): string =>
  [
    printableLine(`${outcome.padEnd(8)} ${finding}  ${resource_id ?? ''} ${subject === resource_id ? '' : subject}  ${detail}`),
    printableLine(`         ${meaning}`),
  ].join('\n');

function summaryOf({ kind, status, done, counts, reason, findings_total }: Run, { words }: Output): string {
  const came = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const parts = came.length > 0 ? ` (${came.join(', ')})` : '';
  const lines = [
    words({
      en: `${kind}: ${status}, ${done} looked at${parts}, ${findings_total} findings.`,
      zh: `${kind}：${status}，已处理 ${done} 项${parts}，发现 ${findings_total} 处。`,
    }),
  ];
  if (reason) lines.push(printableLine(`${reason.meaning} ${reason.detail}`));
  return lines.join('\n');
}
