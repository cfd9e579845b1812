/** Watches a store of tasks: each move that the service writes must be one of the task machine's, and is named by its transitions. */
import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import { durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import type { TaskLimits } from '../../machines/limits.ts';
import { taskContext, taskMachineWith } from '../../machines/task.ts';
import type { Tasks } from '../../runtime/ports/tasks.ts';
import { known } from '../model/known.ts';
import { eventOf, takenBy, transitionsOf } from '../model/paths.ts';

export type TaskMoves = ReturnType<typeof watchTasks>;
/** `limits`: those of the service. */
export function watchTasks(limits: Partial<TaskLimits>) {
  const machine = taskMachineWith(limits);
  const kernel = durable(machine);
  const names = transitionsOf(machine.root);
  const covered = new Set<string>();
  const unknown: string[] = [];
  let moves = 0;

  /** The inbound after which the model is where the task is now. */
  function inboundBetween(before: Instance, after: Instance): Inbound | undefined {
    const environment = { now: 0, newId: () => 'x' };
    return inboundsBetween(before, after).find((inbound) => {
      const { outcome, instance } = kernel.step(before, inbound, environment);
      return outcome === 'moved' && shapeOf(instance) === shapeOf(after);
    });
  }
  function record(before: Instance, after: Instance): void {
    moves += 1;
    const inbound = inboundBetween(before, after);
    if (!inbound) unknown.push(`${shapeOf(before)} to ${shapeOf(after)}`);
    else for (const t of takenBy(machine, before, eventOf(before, inbound))) covered.add(known(names.get(t), 'a name'));
  }
  return {
    all: [...names.values()],
    covered,
    /** Moves that the model does not have. */
    unknown,
    moves: () => moves,
    tasks: (real: Tasks): Tasks => ({
      ...real,
      async create(task) {
        const { jobs, snapshot } = task.instance;
        const start = jobs.ask ? '[mayBeKnown]' : '→ task.open.pending';
        const name = [...names.values()].find((one) => one.startsWith('task.open.start') && one.includes(start));
        if (name) covered.add(name);
        else unknown.push(`a task begins in ${JSON.stringify(snapshot.value)}`);
        return real.create(task);
      },
      async replace(task, expected_seq) {
        const before = await real.get(task.task_id);
        const is_written = await real.replace(task, expected_seq);
        if (is_written && before?.instance.seq === expected_seq) record(before.instance, task.instance);
        return is_written;
      },
    }),
  };
}

const shapeOf = ({ snapshot, jobs, timers }: Instance): string => {
  const { attempt, losses, provider_job_id, failure, gives_up } = taskContext({ snapshot });
  return JSON.stringify([
    snapshot.value,
    attempt,
    losses,
    provider_job_id,
    failure?.code,
    gives_up,
    Object.keys(jobs),
    Object.keys(timers),
  ]);
};

/** What could have been sent, by what is seen after it. */
function inboundsBetween(before: Instance, after: Instance): Inbound[] {
  const [was, is] = [taskContext(before), taskContext(after)];
  const event = (fields: { type: string; [field: string]: unknown }): Inbound => ({ kind: 'event', event: fields });
  const { attempt, losses } = was;
  const failures: ServiceFailure[] = is.failure ? [is.failure] : [];
  const outage = { ms: 0, since: 0, from_start: false };
  const ask = before.jobs.ask;
  const asked: Json[] = [{ status: 'done', output: is.output }, { status: 'working' }, { status: 'unknown' }];
  const of_ask = ask ? { id: 'ask', token: ask.token } : null;
  // an answer and its time limit may lead to the same state: then it was the answer
  return [
    ...(of_ask ? asked.map((output): Inbound => ({ kind: 'done', ...of_ask, output })) : []),
    ...(of_ask ? failures.map((failure): Inbound => ({ kind: 'done', ...of_ask, output: { status: 'failed', failure } })) : []),
    ...(of_ask ? [{ kind: 'error', ...of_ask, failure: REFUSED } as const] : []),
    ...Object.entries(before.timers).map(([id, { token }]): Inbound => ({ kind: 'timer', id, token })),
    event({ type: 'CLAIMED', provider_job_id: is.provider_job_id }),
    event({ type: 'CLAIMED', provider_job_id: null }),
    event({ type: 'SUCCEEDED', output: is.output }),
    ...failures.map((failure) => event({ type: 'FAILED', attempt, losses, failure, away: outage })),
  ];
}
const REFUSED: ServiceFailure = { code: 'PROVIDER_UNAVAILABLE', retryable: true, detail: '' };
