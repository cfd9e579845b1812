/** Everything that can happen next in a world: by our own doing, by a fault, or by a person. */
import type { ResourceEvent } from '../../contract/events.ts';
import { DECODES, FACT_ROWS, factsBefore, isJobId, STEP_OF_JOB } from '../../contract/step-kinds.ts';
import { delayOf, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { resourceMachineWith } from '../../machines/resource.ts';
import { resourceContext, statusOf } from '../../machines/resource-view.ts';
import { taskMachineWith } from '../../machines/task.ts';
import { put, taskEdges } from './environment-task.ts';
import { MAX_REMAKES } from './laws.ts';
import { LIVE, remembered } from './remembered.ts';
import { ALWAYS, AT_WILL, INPUT, label, missingRow, OUTPUTS, outputOf, TRANSIENT } from './said.ts';
import {
  type Age,
  type Config,
  type Edge,
  FACT_OF,
  isLost,
  jobOf,
  type Message,
  messageKey,
  outdate,
  outrun,
  rowsOf,
  ticketOf,
  type World,
} from './world.ts';

/** Two instead of what runs in service: two show all behaviour, and keep the exploration small. */
export const MAX = 2;
export const resourceForModel = resourceMachineWith({ max_runs: MAX, max_remakes: MAX_REMAKES });
export const taskForModel = taskMachineWith({ max_attempts: MAX, max_losses: MAX });

const BY_SERVICE: ResourceEvent = { type: 'RETRY', by_service: 'mended' };
const IDLE = { task: null, provider: 'none' as const, silent: false, made: 'now' as Age, says: '' };
const edgesTo = (label: string, cause: Edge['cause'], worlds: World[]): Edge[] =>
  worlds.map((world) => ({ label, cause, world }));

export function environment(config: Config) {
  const { sweep = true, audit = true, repeats_accepted = sweep, down } = config;
  const R = remembered(config.machine ?? resourceForModel, {
    exact: config.exact ?? false,
    check_tokens: config.check_tokens ?? true,
  });
  const T = remembered(config.task_machine ?? taskForModel);
  const slow = config.grace || down?.job === 'embed';

  /** The resource is told something. One world, or several: what is left over of an unwanted run may come late, or never. */
  function told(w: World, inbound: Inbound): World[] {
    const { outcome, instance, kept_job, raised } = R.step(w.resource, inbound);
    if (outcome !== 'moved') return [];
    const outran = raised && inbound.kind !== 'event';
    const went = outran ? outrun(w) : w;
    const stays = kept_job && jobOf(w.resource) !== null;
    const next: World = stays
      ? { ...went, resource: instance }
      : { ...went, ...IDLE, resource: instance, net: [], undispatched: jobOf(instance) !== null };
    if (!config.late) return [next];
    const text = w.resource.jobs.text && !instance.jobs.text && inbound.kind !== 'done' ? [textPut(raised)] : [];
    const unwanted = [...(kept_job ? [] : leftovers(w, outran)), ...text];
    return [next, ...unwanted.map((late) => ({ ...next, late }))];
  }
  function delivered(w: World, m: Message, token: string): World[] {
    const fact = FACT_OF[m.job];
    const remade = m.kind === 'error' && m.says !== '';
    const rows = m.kind === 'done' && fact && fact !== 'indexed' ? { ...w.rows, [fact]: m.made } : w.rows;
    // now a fact; or of a text that is gone
    const answer = (m.kind === 'done' && w.answer === m.job) || (remade && w.answer === 'embed') ? null : w.answer;
    return told(w, inboundOf(m, token)).map((after) => ({ ...after, rows, answer })); // its rows come in the same transaction
  }

  function resourceEdges(w: World): Edge[] {
    const edges: Edge[] = [];
    const add = (label: string, cause: Edge['cause'], worlds: World[]): void => {
      for (const world of worlds) edges.push({ label, cause, world });
    };
    const job = jobOf(w.resource);
    if (job && !w.task && (sweep || w.undispatched)) {
      const provider_job_id = w.resource.jobs[job]?.accepted?.provider_job_id ?? null;
      const decodes = isJobId(job) && DECODES.has(STEP_OF_JOB[job]);
      const task = T.start({ task_id: 't', provider_job_id, answered: w.answer === job, decodes });
      add(`dispatch ${job}`, 'own', [{ ...w, task, undispatched: false }]);
    }
    if (w.undispatched && config.faults) add('crash before dispatch', 'fault', [{ ...w, undispatched: false }]);
    for (const id in w.resource.timers)
      if (isLookAfterAnother(id, w.resource.timers)) continue;
      else if (slow || !id.includes('embed_grace'))
        add(`timer ${delayOf(id)}`, 'own', told(w, { kind: 'timer', id, token: LIVE }));
    for (const m of w.net) {
      const rest = { ...w, net: w.net.filter((other) => other !== m) };
      const moved = delivered(rest, m, LIVE);
      add(`${m.kind} ${m.job}${m.says === 'ahead' ? ' ahead' : ''}`, 'own', moved.length ? moved : [rest]);
      if (config.faults) add(`lose ${m.kind} ${m.job}`, 'fault', [rest]);
      if (config.faults) add(`double ${m.kind} ${m.job}`, 'fault', delivered(w, m, LIVE));
    }
    if (w.late) add(`late ${w.late.kind} ${w.late.job} (${w.late.made})`, 'fault', late(w, w.late));
    edges.push(...textEdges(w), ...auditEdges(w), ...personEdges(w));
    return edges;
  }
  function late(w: World, m: Message): World[] {
    const rest = { ...w, late: null };
    if (m.kind === 'put') return [{ ...rest, index: put(config, w.index, m.made, m.job) }];
    const moved = delivered(rest, m, 'stale');
    const stored = m.kind === 'done' && m.made === 'now' && ticketOf(m.job) ? m.job : w.answer; // kept, not believed
    return moved.length ? moved : [{ ...rest, answer: stored }];
  }
  /** The text job, whose task is left out: the same machine as any other's, shown to end; here it just ends, some time, in some way. */
  function textEdges(w: World): Edge[] {
    const job = w.resource.jobs.text;
    if (!job) return [];
    const index = put(config, w.index, 'now', 'text');
    const says = index === 'ahead' ? 'ahead' : 'seen';
    const to = { id: 'text', token: LIVE };
    const fault = config.faults === true;
    const accepted = (): World[] => told(w, { kind: 'accepted', ...to, provider_job_id: null });
    const written = (): World[] => told({ ...w, index }, { kind: 'done', ...to, output: OUTPUTS[says] ?? null });
    if (w.rows.saved === 'gone')
      return edgesTo('the text finds no row', 'own', told(w, { kind: 'error', ...to, failure: missingRow('saved') }));
    return [
      ...(job.accepted ? [] : edgesTo('accepted text', 'own', accepted())),
      ...(down?.job === 'text' ? [] : edgesTo(`text ${says}`, 'own', written())),
      ...(fault ? edgesTo('the text write fails', 'fault', told(w, { kind: 'error', ...to, failure: TRANSIENT })) : []),
      ...(fault && index !== w.index ? edgesTo('text written, result lost', 'fault', [{ ...w, index }]) : []),
    ];
  }
  function auditEdges(w: World): Edge[] {
    const { facts, sha256, withdrawn } = resourceContext(w.resource);
    const edges: Edge[] = [];
    if (config.rows_vanish) edges.push(...vanishEdges(w));
    if (config.retries) edges.push(...edgesTo('the service retries', 'own', told(w, { kind: 'event', event: BY_SERVICE })));
    const read = facts.text !== null && sha256 !== null;
    if (config.restored && read && w.index !== 'ahead' && w.index !== 'gone')
      edges.push(...edgesTo('facts restored from an older backup', 'fault', [{ ...w, index: 'ahead' }]));
    if (facts.indexed === null || withdrawn) return edges;
    const event: ResourceEvent = { type: 'INDEX_LOST', revision: facts.indexed };
    if (audit && isLost(w)) edges.push(...edgesTo('audit: INDEX_LOST', 'own', told(w, { kind: 'event', event })));
    if (config.faults && ['now', 'text', 'old'].includes(w.index))
      edges.push(...edgesTo('the index loses the entry', 'fault', [{ ...w, index: 'lost' }]));
    return edges;
  }
  /** A row is gone behind the service's back, read by a step or not. A recognition, where there is one. */
  function vanishEdges(w: World): Edge[] {
    const { facts, fact_ids, revision } = resourceContext(w.resource);
    return factsBefore('indexed')
      .filter((fact) => facts[fact] === revision && w.rows[fact] === 'now' && (fact !== 'text' || fact_ids.recognition !== null))
      .flatMap((fact) =>
        edgesTo(`the row of ${fact} is gone`, 'fault', [{ ...w, rows: { ...w.rows, [fact]: 'gone' as const } }]),
      );
  }
  function personEdges(w: World): Edge[] {
    const edges: Edge[] = [];
    const { value } = w.resource.snapshot;
    const { sha256, withdrawn, described } = resourceContext(w.resource);
    const open = !withdrawn || statusOf(value) === 'TRASHED' || JSON.stringify(value).includes('"EXPIRED":"kept"'); // its link still works
    if (sha256 === null && open && w.bytes === 'none')
      for (const bytes of ['legal', 'illegal'] as const)
        edges.push(...edgesTo(`${bytes} bytes arrive`, 'person', [{ ...w, bytes }]));
    for (const event of ALWAYS)
      if (config.people || event.type === 'UPLOAD_REPORTED' || !described) edges.push(...said(w, event));
    if (config.people) for (const event of AT_WILL) edges.push(...said(w, event));
    return edges;
  }
  function said(w: World, event: ResourceEvent): Edge[] {
    const inbound: Inbound = { kind: 'event', event };
    if (R.step(w.resource, inbound).outcome !== 'moved') return [];
    return edgesTo(label(event), 'person', told(outdate(w, event), inbound));
  }

  const first: World = {
    resource: R.start(INPUT),
    ...IDLE,
    undispatched: false,
    net: [],
    late: null,
    answer: null,
    bytes: 'none',
    index: 'none',
    rows: rowsOf(() => 'none'),
  };
  return {
    first,
    R,
    T,
    next: (w: World): Edge[] => [...resourceEdges(w), ...taskEdges(w, { config, tasks: T, repeats_accepted })],
    keyOf: (w: World): string =>
      `${R.idOf(w.resource)}|${w.task ? T.idOf(w.task) : '-'}|${w.provider}|${w.silent}|${w.made}|${w.says}|${sweep || w.undispatched}|${w.net.map(messageKey).sort().join()}|${w.late ? messageKey(w.late) : ''}|${w.answer}|${w.bytes}|${w.index}|${Object.values(w.rows).join('|')}`,
  };
}
/** Looks come in their order, which the machine does not ask about: fewer states, and nothing is hidden by it. */
const LOOKS = ['first_look', 'second_look', 'third_look'];
function isLookAfterAnother(id: string, timers: Instance['timers']): boolean {
  const earlier = LOOKS.slice(0, Math.max(0, LOOKS.indexOf(delayOf(id))));
  return Object.keys(timers).some((other) => earlier.includes(delayOf(other)));
}
export type Environment = ReturnType<typeof environment>;

/** A write of the text alone, of a run that was dropped, and perhaps of an older revision by now. */
const textPut = (raised: boolean): Message => ({ kind: 'put', job: 'text', made: raised ? 'old' : 'now', says: '' });

function leftovers(w: World, outran: boolean): Message[] {
  const job = jobOf(w.resource);
  if (!job || job === 'inspect') return w.net.filter((m) => m.job !== 'inspect');
  const message = (kind: Message['kind']): Message => ({ kind, job, made: outran && kind === 'put' ? 'old' : w.made, says: '' });
  const working = w.provider === 'working' || w.provider === 'ok';
  const writing = w.provider === 'working' && job === 'index';
  return [...w.net, ...(working ? [message('done')] : []), ...(writing ? [message('put')] : [])];
}

function inboundOf(m: Message, token: string): Inbound {
  if (m.kind === 'accepted') return { kind: 'accepted', id: m.job, token, provider_job_id: ticketOf(m.job) };
  if (m.kind === 'released') return { kind: 'released', id: m.job, token };
  if (m.kind === 'done') return { kind: 'done', id: m.job, token, output: outputOf(m.job, m.says) };
  const missing = FACT_ROWS.find((row) => row === m.says);
  return { kind: 'error', id: m.job, token, failure: missing ? missingRow(missing) : TRANSIENT };
}
