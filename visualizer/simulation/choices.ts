/** What can be said to a machine in a moment: every event, result and timer, each tried beforehand on a copy. */
import { failureOf, isFailureCode } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { isJobId, STEP_OF_JOB, STEPS } from '../../contract/step-kinds.ts';
import { delayOf } from '../../machines/interpreter.ts';
import type { Graph, GraphEdge } from '../graph.ts';
import type { Moment, Said, Simulator } from './simulation.ts';
import type { Asked } from './traced.ts';

/** label: as the contract names it. detail: of variants. fault: something that goes wrong in the world. */
export type Offer = { said: Said; label: string; detail: string; kind: 'event' | 'result' | 'timer'; fault: Fault | null };
export type Fault = 'worker_lost' | 'result_twice' | 'result_late' | 'index_ahead' | 'store_empty';
/** leads: innermost states that are entered; empty: it stays. asked: guards of its own transitions, in the order in which they were asked. taken_in: states that take the event, where this one does not. */
export type Choice = Offer & { after: Moment; leads: string[]; asked: Asked[]; taken_in: string[] };

type Event = { type: string } & Record<string, Json>;
/** Events of each machine, in the variants that its guards tell apart. */
const EVENTS: Readonly<Record<string, readonly Event[]>> = {
  resource: [
    { type: 'UPLOAD_REPORTED' },
    { type: 'UPLOAD_LINK_ISSUED' },
    { type: 'METADATA_SUBMITTED', complete: true },
    { type: 'METADATA_SUBMITTED', complete: false },
    { type: 'TEXT_CORRECTED', correction_id: 'c1' },
    { type: 'TEXT_CORRECTED', correction_id: null },
    { type: 'RETRY' },
    { type: 'REPROCESS', from: 'ocr' },
    { type: 'REPROCESS', from: 'embed' },
    { type: 'REPROCESS', from: 'index' },
    { type: 'INDEX_LOST', revision: 1 },
    { type: 'TRASH' },
    { type: 'RESTORE' },
    { type: 'DELETE' },
  ],
  task: [
    { type: 'CLAIMED', provider_job_id: null },
    { type: 'CLAIMED', provider_job_id: 'p1' },
    { type: 'SUCCEEDED', output: null },
  ],
  upload: [
    { type: 'CHECK' },
    { type: 'SEND' },
    { type: 'PAUSE' },
    { type: 'SEEN', status: 'AWAITING_UPLOAD', cause: null },
    { type: 'SEEN', status: 'INDEXED', cause: null },
    { type: 'SEEN', status: 'REJECTED', cause: { code: 'REJECTED', detail: '' } },
    { type: 'RETRY' },
    { type: 'LEAVE_OUT' },
  ],
  run: [
    { type: 'STOP' },
    { type: 'RESUME' },
    { type: 'PROGRESSED', progress: { done: 1 } },
    { type: 'TROUBLED', detail: 'the index', counts: true },
    { type: 'HALTED', code: 'STOPPED', detail: '' },
  ],
};
const PICTURE = { verdict: 'legal', sha256: 'da63cd2f', original_key: 'key', byte_size: 1, content_type: 'image/png' };
const SHAPE = { width: 1, height: 1, page_count: 1, fact_id: null };
/** The outputs of a job that the machine tells apart; others name the row that they have made. */
const OUTPUTS: Readonly<Record<string, readonly { output: Json; detail: string; fault?: Fault }[]>> = {
  inspect: [
    { output: { ...PICTURE, ...SHAPE }, detail: 'legal' },
    { output: { verdict: 'illegal', code: 'NOT_AN_IMAGE', detail: 'a text file' }, detail: 'illegal' },
    { output: { verdict: 'absent' }, detail: 'absent', fault: 'store_empty' },
  ],
  index: [{ output: { put: 'seen' }, detail: 'seen' }],
  text: [{ output: { put: 'seen' }, detail: 'seen' }],
  check: [
    { output: null, detail: 'fit' },
    { output: { code: 'NOT_A_PICTURE', detail: '' }, detail: 'unfit' },
  ],
  hash: [{ output: 'da63cd2f', detail: '' }],
  announce: ['link', 'received', 'duplicate'].map((found) => ({
    ...{ output: { resource_id: 'r', found, since: '2026-11-24T00:00:00Z' }, detail: found },
  })),
  send: [{ output: null, detail: '' }],
  report: [{ output: null, detail: '' }],
  ask: [
    { output: { status: 'done', output: null }, detail: 'done' },
    { output: { status: 'working' }, detail: 'working' },
    { output: { status: 'unknown' }, detail: 'unknown' },
  ],
};

export function choicesOf(simulator: Simulator, moment: Moment, graph: Graph): Choice[] {
  return offersIn(moment, graph).map((offer) => {
    const after = simulator.step(moment, { said: offer.said });
    const leads = after.outcome === 'moved' ? after.states.filter((state) => !moment.states.includes(state)) : [];
    const tried = edgesHere(graph, offer, moment.states);
    const asked = after.asked.filter(({ guard }) =>
      tried.some((edge) => edge.guard !== null && namesIn(edge.guard).includes(guard)),
    );
    const is_foreign = offer.said.say === 'event' && tried.length === 0;
    return {
      ...offer,
      after,
      leads,
      asked: tried.some(({ guard }) => guard) ? asked : [],
      taken_in: is_foreign ? takenIn(graph, offer.label) : [],
    };
  });
}

function offersIn({ instance, states }: Moment, { edges }: Graph): Offer[] {
  const is_queued = edges.some(({ kind }) => kind === 'accepted'); // else its jobs begin at once
  const jobs = Object.entries(instance.jobs).flatMap(([job, { accepted }]): Offer[] => {
    const failed: Offer[] = failuresOf(instance.machine, job).map(({ failure, detail }) => ({
      ...{ said: { say: 'failed', job, failure }, label: `${job} failed`, detail, kind: 'result', fault: null },
    }));
    const done = outputsOf(job, instance.snapshot.context).map(
      ({ output, detail, fault = null }): Offer => ({
        said: { say: 'done', job, output },
        label: `${job} done`,
        detail,
        kind: 'result',
        fault,
      }),
    );
    const begun: Offer = accepted
      ? { said: { say: 'released', job }, label: `${job} released`, detail: '', kind: 'result', fault: 'worker_lost' }
      : { said: { say: 'accepted', job }, label: `${job} accepted`, detail: '', kind: 'result', fault: null };
    return [...(is_queued ? [begun] : []), ...done, ...failed];
  });
  const timers = Object.keys(instance.timers).map(
    (timer): Offer => ({
      said: { say: 'timer', timer },
      label: `after ${delayOf(timer)}`,
      detail: '',
      kind: 'timer',
      fault: null,
    }),
  );
  const events = eventsOf(instance.machine, instance.snapshot.context).map((event): Offer => {
    const { type, ...rest } = event;
    const detail = Object.keys(rest).length > 0 ? JSON.stringify(rest) : '';
    return { said: { say: 'event', event }, label: type, detail, kind: 'event', fault: null };
  });
  return [...jobs, ...timers, ...events, ...lateResults(states)];
}

/** A loss is of the entry that the picture was promised: another is none. */
function eventsOf(machine: string, context: Record<string, Json>): readonly Event[] {
  const { facts } = context;
  const indexed = typeof facts === 'object' && facts !== null && !Array.isArray(facts) ? (facts.indexed ?? 1) : 1;
  return (EVENTS[machine] ?? []).map((event) => (event.type === 'INDEX_LOST' ? { ...event, revision: indexed } : event));
}

function outputsOf(job: string, { revision }: Record<string, Json>): readonly { output: Json; detail: string; fault?: Fault }[] {
  const known = OUTPUTS[job] ?? [{ output: { fact_id: `${job}-1` }, detail: '' }];
  if (job !== 'index' && job !== 'text') return known;
  const found = (typeof revision === 'number' ? revision : 0) + 3;
  return [...known, { output: { put: 'ahead', found }, detail: `ahead ${found}`, fault: 'index_ahead' }];
}
function failuresOf(machine: string, job: string): { failure: Json; detail: string }[] {
  if (machine === 'upload')
    return ['lost', 'link_over', 'refused'].map((kind) => ({
      failure: { kind, cause: { code: 'REFUSED', detail: '' } },
      detail: kind,
    }));
  const plain = { failure: asJson(failureOf('PROVIDER_REFUSED', 'refused')), detail: 'PROVIDER_REFUSED' };
  if (!isJobId(job) || !isFailureCode('FACT_MISSING')) return [plain];
  const missing = STEPS[STEP_OF_JOB[job]].reads.map((row) => ({
    failure: asJson({ ...failureOf('FACT_MISSING', `${row} is gone`), missing: row }),
    detail: `FACT_MISSING ${row}`,
  }));
  return [plain, ...missing];
}
const asJson = (value: object): Json => JSON.parse(JSON.stringify(value));

/** The result of the step before, once more or after its time. */
function lateResults(states: string[]): Offer[] {
  const late = states.some((state) => state.includes('.DELET')) ? 'save' : 'ocr';
  const of = (job: string, fault: Fault): Offer => ({
    ...{
      said: { say: 'done', job, output: { fact_id: 'old' }, stale: true },
      label: `${job} done`,
      detail: fault.replace('_', ' '),
    },
    ...{ kind: 'result', fault },
  });
  return states[0]?.startsWith('resource.') ? [of(late, 'result_twice'), of(late, 'result_late')] : [];
}

/** Transitions of that cause, of the active states and those around them. */
function edgesHere({ edges }: Graph, { said, label }: Offer, states: readonly string[]): GraphEdge[] {
  const kind = said.say === 'timer' ? 'after' : said.say;
  const name = said.say === 'event' ? said.event.type : said.say === 'timer' ? label.slice('after '.length) : said.job;
  return edges.filter(
    (edge) =>
      edge.kind === kind &&
      edge.name === name &&
      states.some((state) => state === edge.from || state.startsWith(`${edge.from}.`)),
  );
}
/** `lacks text`: a guard with what it is asked about. */
const namesIn = (guard: string): string[] => guard.split(' and ').map((one) => one.split(' ')[0] ?? one);

const takenIn = ({ edges }: Graph, event: string): string[] => [
  ...new Set(edges.filter(({ kind, name }) => kind === 'event' && name === event).map(({ from }) => from)),
];
