/** What can happen next to the task of a world, and to the work it stands for. */
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { FACT_ROWS, type FactRow, isEntered, ROWS } from '../../contract/step-kinds.ts';
import type { Inbound } from '../../machines/interpreter.ts';
import { type TaskEvent, type TaskOutcome, taskContext, taskStatus } from '../../machines/task.ts';
import { LIVE, type Remembered } from './remembered.ts';
import { missingRow, OUTAGE, PERMANENT, READS, TRANSIENT } from './said.ts';
import { type Age, type Config, type Edge, jobOf, type Message, messageKey, ticketOf, type World } from './world.ts';

type Given = { config: Config; tasks: Remembered; repeats_accepted: boolean };

/** An equal revision is accepted, an older one refused; a removal is of a later revision than any put. */
export function put(config: Config, index: World['index'], made: Age, job: string): World['index'] {
  if (index === 'gone' ? !config.no_tombstone : index === 'ahead') return index;
  if ((index === 'now' || index === 'text') && made === 'old') return index;
  return made === 'now' && job === 'text' ? 'text' : made;
}

const toldTask = (event: TaskEvent): Inbound => ({ kind: 'event', event });
const failed = (w: World, failure: ServiceFailure): Inbound => {
  const { attempt, losses } = w.task ? taskContext(w.task) : { attempt: 0, losses: 0 };
  return toldTask({ type: 'FAILED', attempt, losses, failure });
};
const isRow = (says: string): says is FactRow => FACT_ROWS.some((row) => row === says);
/** A row that the job reads and that is gone. */
const goneOf = ({ rows }: World, job: string): FactRow | undefined =>
  (READS[job] ?? []).find((row) => !isEntered(row) && rows[ROWS[row].fact] === 'gone');
const failureBy = ({ says }: World, is: string): ServiceFailure =>
  isRow(says) ? missingRow(says) : is === 'refuses' ? PERMANENT : TRANSIENT;
const sent = (kind: Message['kind'], job: string, world: World): World => {
  const m: Message = { kind, job, made: world.made, says: kind === 'done' || isRow(world.says) ? world.says : '' };
  return world.net.some((n) => messageKey(n) === messageKey(m)) ? world : { ...world, net: [...world.net, m] };
};

export function taskEdges(w: World, given: Given): Edge[] {
  const { task } = w;
  const job = jobOf(w.resource);
  if (!task || !job) return [];
  const { config, tasks } = given;
  const edges: Edge[] = [];
  const add = (label: string, cause: Edge['cause'], world: World | null): void => {
    if (world) edges.push({ label, cause, world });
  };
  const go = (inbound: Inbound, from = w): World | null => {
    const { outcome, instance } = tasks.step(from.task ?? task, inbound);
    return outcome === 'moved' ? { ...from, task: instance } : null;
  };
  const is = config.down?.job === job ? config.down.how : 'up';
  const status = taskStatus(task);
  const running = status === 'running' || status === 'asking';
  if (status === 'succeeded' || status === 'failed' || status === 'dead') {
    add(`report ${status}`, 'own', { ...sent(status === 'succeeded' ? 'done' : 'error', job, w), task: null });
  } else if (status === 'pending') {
    const claimed = go(toldTask({ type: 'CLAIMED', provider_job_id: ticketOf(job) }), w);
    const begun = claimed && { ...claimed, provider: 'working' as const, silent: false, says: '' };
    if (is !== 'unavailable') add('claim', 'own', begun && sent('accepted', job, begun));
    else add('claim, provider unavailable', 'own', claimed && go(failed(claimed, OUTAGE), claimed));
  } else if (given.repeats_accepted && running && w.resource.jobs[job]?.accepted === null) {
    add('sweep repeats accepted', 'own', sent('accepted', job, w));
  }
  if (w.provider === 'working') edges.push(...workEdges(w, job, is, config));
  if (w.provider === 'ok' && !w.silent) add('result', 'own', go(toldTask({ type: 'SUCCEEDED', output: null })));
  if (w.provider === 'err' && !w.silent) add('failure', 'own', go(failed(w, failureBy(w, is))));
  for (const id of Object.keys(task.timers))
    if (!id.includes('give_up') || is === 'unavailable')
      add(`task ${id.split('.')[2]}`, 'own', go({ kind: 'timer', id, token: LIVE }));
  if (task.jobs.ask) {
    const { says, inbound } = answered(w, job, is);
    add(`ask: ${says}`, 'own', go(inbound));
  }
  if (config.outages && w.provider === 'working') {
    const waits = go(failed(w, OUTAGE));
    add('an outage', 'fault', waits && sent('released', job, { ...waits, provider: 'none' }));
  }
  if (config.faults) faultEdges(w, config, add, go);
  return edges;
}

function faultEdges(
  w: World,
  config: Config,
  add: (label: string, cause: Edge['cause'], world: World | null) => void,
  go: (inbound: Inbound) => World | null,
): void {
  add('Redis loses the task', 'fault', { ...w, task: null });
  if (config.workers_live || !w.task) return;
  const status = taskStatus(w.task);
  if (status === 'running') add('delivered again', 'fault', go(toldTask({ type: 'CLAIMED', provider_job_id: null })));
  const dead = { ...w, provider: 'none' as const, silent: false }; // an output the task has is kept
  if (w.provider !== 'none') add('worker dies, or provider forgets', 'fault', dead);
  if (!w.silent && (w.provider === 'ok' || w.provider === 'err')) add('callback lost', 'fault', { ...w, silent: true });
}

function answered(w: World, job: string, is: string): { says: string; inbound: Inbound } {
  const done = (says: string, output: TaskOutcome): { says: string; inbound: Inbound } => {
    const json: Json = output;
    return { says, inbound: { kind: 'done', id: 'ask', token: LIVE, output: json } };
  };
  if (w.answer === job) return done('the stored answer', { status: 'done', output: null });
  if (is === 'unavailable') return { says: 'no answer', inbound: { kind: 'error', id: 'ask', token: LIVE, failure: OUTAGE } };
  const answers: Record<World['provider'], TaskOutcome> = {
    none: { status: 'unknown' },
    working: { status: 'working' },
    ok: { status: 'done', output: null },
    err: { status: 'failed', failure: failureBy(w, is) },
  };
  const answer = answers[w.provider];
  return done(answer.status, answer);
}

function workEdges(w: World, job: string, is: string, config: Config): Edge[] {
  const own = (label: string, change: Partial<World>): Edge => ({ label, cause: 'own', world: { ...w, ...change } });
  const gone = goneOf(w, job);
  if (gone) return [own('a row is not there', { provider: 'err', says: gone })];
  if (is === 'hangs') return [];
  if (is === 'forgets') return [own('provider forgets', { provider: 'none' })];
  if (is === 'errors' || is === 'refuses') return [own('provider fails', { provider: 'err' })];
  const fails: Edge[] = config.faults ? [{ ...own('provider fails once', { provider: 'err' }), cause: 'fault' }] : [];
  if (job === 'purge' || job === 'discard') {
    const index = w.index !== 'gone' ? own('purge the index', { index: 'gone' }) : null;
    const bytes = w.bytes !== 'none' ? own('purge the bytes', { bytes: 'none' }) : null;
    const next = config.bytes_first ? (bytes ?? index) : (index ?? bytes);
    return [next ?? own('provider done', { provider: 'ok' }), ...fails];
  }
  if (job === 'index' && config.no_read_back) fails.push({ ...own('the write is lost', { provider: 'ok' }), cause: 'fault' });
  if (job === 'index' && w.index === 'ahead') return [own('the put is refused', { provider: 'ok', says: 'ahead' }), ...fails];
  if (job === 'index')
    return [own('written and read back', { provider: 'ok', index: put(config, w.index, w.made, job) }), ...fails];
  return [own('provider done', { provider: 'ok', says: job === 'inspect' ? w.bytes : '' }), ...fails];
}
