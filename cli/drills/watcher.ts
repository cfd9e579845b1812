/** What an operator sees while a drill is held: `/readyz`, `tuodi status` and `tuodi doctor`, looked at again and again; a row a change. */

import type { Config } from '../../app/config.ts';
import { examined } from '../../app/doctor/doctor.ts';
import type { Finding } from '../../app/doctor/finding.ts';
import { machineOf } from '../../app/doctor/own-checks.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';
import { type Client, withRetryLimit } from '../client.ts';
import { lineOf } from '../doctor.ts';
import type { Output } from '../output.ts';
import { OLDEST_NODE, VERSION } from '../project.ts';
import { status } from '../status.ts';

const LOOK_MS = 500;
const READY_LIMIT_MS = 3_000;
/** Rows that are kept: a drill has a dozen changes. */
const MAX_SEEN = 60;

/** after_ms: since the fault. ready: status of `/readyz` and what is degraded. status: the first lines of `tuodi status`. */
export type Seen = { after_ms: number; ready: string; status: string[] };
export type Looked = Omit<Seen, 'after_ms'> & { is_well: boolean };

/** One look. Never rejects: a service that does not answer is something that an operator sees. */
export async function look(client: Client | null, out: Output): Promise<Looked> {
  if (client === null) return { ready: NO_ANSWER, status: [], is_well: false };
  try {
    return await withRetryLimit(READY_LIMIT_MS, undefined, async (signal) => {
      const headers = { authorization: `Bearer ${client.api_key}`, 'accept-language': out.language };
      const answer = await fetch(`${client.url}/readyz`, { headers, signal });
      const { degraded } = (await answer.json()) as { degraded: { name: string }[] };
      const names = degraded.map(({ name }) => name);
      return {
        ready: [answer.status, ...names].join(' '),
        status: await statusLines(client, out),
        is_well: answer.ok && names.length === 0,
      };
    });
  } catch {
    return { ready: NO_ANSWER, status: [], is_well: false };
  }
}
const NO_ANSWER = '-';

/** Until its first empty line: how far behind, and which parts are not ok. */
async function statusLines(client: Client, out: Output): Promise<string[]> {
  let text = '';
  const result: Output['result'] = (_, lines) => {
    text = lines();
  };
  const kept: Output = { ...out, json: false, result };
  await status(client, kept);
  return text.split('\n\n')[0]?.split('\n') ?? [];
}

/** A length of time in one or two units, as `tuodi status` prints them. */
const DURATION = /\d+ (s|min|h|d|秒|分钟|小时|天)( \d+ (s|min|h|秒|分钟|小时))?/g;

export type Watcher = { seen: Seen[]; began(): void; elapsed(): number; stop(): Promise<void> };

/** Looks every half second until it is stopped; what differs only in its numbers is no other row. */
export function watch(client: () => Client | null, out: Output, clock: Clock = systemClock()): Watcher {
  const seen: Seen[] = [];
  let since = clock.elapsed();
  let last = '';
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const { ready, status: lines } = await look(client(), out);
      const now = `${ready} ${lines.join(' ')}`.replace(DURATION, '#').replace(/\d+/g, '#');
      if (now !== last && seen.length < MAX_SEEN) seen.push({ after_ms: clock.elapsed() - since, ready, status: lines });
      last = now;
      await clock.sleep(LOOK_MS, stopping.signal).catch(() => undefined); // woken to stop
    }
  })();
  return {
    seen,
    began() {
      since = clock.elapsed();
      seen.length = 0;
      last = '';
    },
    elapsed: () => clock.elapsed() - since,
    async stop() {
      stopping.abort(new Error('the drill is over'));
      await watching;
    },
  };
}

/** Lines of what `tuodi doctor` finds wrong; none where all is ok. */
export async function doctorLines(config: Config, out: Output): Promise<string[]> {
  const machine = machineOf({ version: VERSION, oldest_node: OLDEST_NODE, warnings: [] });
  const findings: Finding[] = await examined(config, { clock: systemClock(), machine });
  return findings.filter(({ todo }) => todo !== null).map((finding) => lineOf(finding, out));
}
