/** What can be said to each machine: the inputs, events and outputs that make a difference to it. */
import type { AnyStateMachine, EventObject } from 'xstate';
import type { ResourceEvent } from '../../contract/events.ts';
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { Instance } from '../../machines/interpreter.ts';
import { statusOf } from '../../machines/resource-view.ts';
import type { TaskEvent } from '../../machines/task.ts';
import { resourceForModel, taskForModel } from './environment.ts';
import { ALWAYS, AT_WILL, INPUT, MADE, MAKES, missingRow, OUTAGE, OUTPUTS, PERMANENT, READS, TRANSIENT } from './said.ts';

export type Subject = {
  machine: AnyStateMachine;
  inputs: Json[];
  events: EventObject[];
  /** The outputs of each job that are explored. */
  outputs: Record<string, Json[]>;
  /** The failures of each job, beside those of any. */
  failures?: Record<string, ServiceFailure[]>;
  ends: (instance: Instance) => string;
};

const FAILURES: ServiceFailure[] = [TRANSIENT, PERMANENT, OUTAGE];
const LOST: ResourceEvent[] = [
  { type: 'INDEX_LOST', revision: 2 },
  { type: 'INDEX_LOST', revision: 1 },
];
const made: Json[] = [{ fact_id: MADE }];
const puts: Json[] = [OUTPUTS.seen ?? null, OUTPUTS.ahead ?? null];

export const RESOURCE: Subject = {
  machine: resourceForModel,
  inputs: [INPUT, { ...INPUT, described: true }],
  events: [...ALWAYS, ...AT_WILL, ...LOST],
  outputs: {
    inspect: [OUTPUTS.legal ?? null, OUTPUTS.illegal ?? null, OUTPUTS.none ?? null],
    ...Object.fromEntries(Object.keys(MAKES).map((job) => [job, made])),
    index: puts,
    text: puts,
  },
  failures: Object.fromEntries(Object.entries(READS).map(([job, rows]) => [job, rows.map(missingRow)])),
  ends: (instance) => statusOf(instance.snapshot.value),
};

const claimed: TaskEvent = { type: 'CLAIMED', provider_job_id: 'p' };
const claimedHere: TaskEvent = { type: 'CLAIMED', provider_job_id: null };
const succeeded: TaskEvent = { type: 'SUCCEEDED', output: null };
const failed = [1, 2].flatMap((attempt) =>
  [0, 1].flatMap((losses) => FAILURES.map((failure): TaskEvent => ({ type: 'FAILED', attempt, losses, failure }))),
);
export const TASK: Subject = {
  machine: taskForModel,
  inputs: [
    { task_id: 't', provider_job_id: null, answered: false },
    { task_id: 't', provider_job_id: 'p', answered: false },
    { task_id: 't', provider_job_id: null, answered: true },
    { task_id: 't', provider_job_id: null, answered: false, decodes: false },
  ],
  events: [claimed, claimedHere, succeeded, ...failed],
  outputs: {
    ask: [
      { status: 'done', output: null },
      { status: 'working' },
      { status: 'unknown' },
      ...FAILURES.map((failure) => ({ status: 'failed', failure })),
    ],
  },
  ends: (instance) => JSON.stringify(instance.snapshot.value),
};
