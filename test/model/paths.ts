/** Model-based test paths: a few short ones that together take every transition of a machine. */
import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode, AnyTransitionDefinition, EventObject } from 'xstate';
import { getInitialMicrosteps, getMicrosteps } from 'xstate';
import { evaluateGuard } from 'xstate/guards';
import type { Json } from '../../contract/json.ts';
import { durable, type Inbound, type Instance } from '../../machines/interpreter.ts';
import { resourceContext } from '../../machines/resource-view.ts';
import { known } from './known.ts';
import { marked } from './laws.ts';
import { LIVE, remembered } from './remembered.ts';
import { TRANSIENT } from './said.ts';
import type { Subject } from './subjects.ts';

type Edge = { from: Instance; inbound: Inbound; to: Instance };
type Start = { input: Json; to: Instance };
/** The inbound of a path carry no real tokens: whoever replays it takes the token of the moment from the instance. */
export type Path = { input: Json; steps: Inbound[]; ends_in: string };
export type Cover = { all: string[]; covered: Set<string>; paths: Path[] };

export function coverPaths(subject: Subject): Cover {
  const { machine } = subject;
  const { starts, edges, cameBy } = walk(subject);
  const names = transitionsOf(machine.root);
  const nameAll = (transitions: AnyTransitionDefinition[]) =>
    transitions.map((t) => known(names.get(t), `a name for ${t.eventType}`));
  const takes = (step: Edge | Start): string[] =>
    nameAll('from' in step ? taken(machine, step.from, eventOf(step.from, step.inbound)) : takenAtStart(machine, step.input));
  const covered = new Set<string>();
  const paths: Path[] = [];
  // the deepest first: their way covers much
  for (const last of [...edges.toReversed(), ...starts]) {
    if (covered.size === names.size) break;
    if (takes(last).every((name) => covered.has(name))) continue;
    const { start, steps } = wayTo(last, cameBy);
    for (const step of [start, ...steps]) for (const name of takes(step)) covered.add(name);
    paths.push({ input: start.input, steps: steps.map(({ inbound }) => inbound), ends_in: subject.ends(last.to) });
  }
  return { all: [...names.values()], covered, paths };
}

/** A path to every instance that can be reached. */
export function pathsToAll(subject: Subject): Path[] {
  const { cameBy } = walk(subject);
  return [...cameBy.values()].map((last) => {
    const { start, steps } = wayTo(last, cameBy);
    return { input: start.input, steps: steps.map(({ inbound }) => inbound), ends_in: subject.ends(last.to) };
  });
}

function wayTo(last: Edge | Start, cameBy: Map<Instance, Edge | Start>): { start: Start; steps: Edge[] } {
  const steps: Edge[] = [];
  let at: Edge | Start = last;
  while ('from' in at) {
    steps.unshift(at);
    at = known(cameBy.get(at.from), 'the way to an instance');
  }
  return { start: at, steps };
}

/** Every instance that can be reached, as the model knows it. */
export const instancesOf = (subject: Subject): Instance[] => [...walk(subject).cameBy.keys()];

/** A path on the real interpreter, with real tokens. A test does the same to the running service. */
export const replay = (subject: Subject, path: Path): string => subject.ends(replayed(subject, path));

/** The instance that a path ends in. `step_ms` passes between two steps. */
export function replayed(subject: Subject, path: Path, step_ms = 0): Instance {
  const kernel = durable(subject.machine);
  let minted = 0;
  let steps = 0;
  const given = () => ({ now: step_ms * ++steps, newId: () => `t${++minted}` });
  let { instance } = kernel.start(path.input, given());
  for (const step of path.steps) {
    const { outcome, instance: next } = kernel.step(instance, withTokens(step, instance), given());
    if (outcome !== 'moved') throw new Error(`${step.kind} was ${outcome}`);
    instance = JSON.parse(JSON.stringify(next)); // nothing but JSON survives a commit
  }
  return instance;
}
export function withTokens(step: Inbound, instance: Instance): Inbound {
  if (step.kind === 'timer') return { ...step, token: known(instance.timers[step.id], step.id).token };
  if (step.kind !== 'event') return { ...step, token: known(instance.jobs[step.id], step.id).token };
  if (step.event.type !== 'INDEX_LOST') return step;
  const event = { ...step.event, revision: resourceContext(instance).facts.indexed };
  return { kind: 'event', event };
}

/** Breadth first through all instances of a machine; remembers how each was first reached. */
function walk(subject: Subject) {
  const memory = remembered(subject.machine);
  const starts = subject.inputs.map((input): Start => ({ input, to: memory.start(input) }));
  const cameBy = new Map<Instance, Edge | Start>();
  for (const start of starts) if (!cameBy.has(start.to)) cameBy.set(start.to, start);
  const edges: Edge[] = [];
  // grows while it is walked
  for (const from of cameBy.keys())
    for (const inbound of inboundsFor(from, subject)) {
      const { outcome, instance: to } = memory.step(from, inbound);
      if (outcome !== 'moved') continue;
      const edge = { from, inbound, to };
      edges.push(edge);
      if (!cameBy.has(to)) cameBy.set(to, edge);
    }
  return { starts, edges, cameBy };
}

/** The transitions that the machine takes before its first event. */
export function takenAtStart(machine: AnyStateMachine, input: Json): AnyTransitionDefinition[] {
  const steps = getInitialMicrosteps(machine, input as never).map(([snapshot]) => snapshot); // input is typed by the machine
  return alwaysTaken(steps, { type: 'xstate.init' });
}
/** The transitions one step takes. Rows have no names in instances of the exploration: they get some for this step. */
const taken = (machine: AnyStateMachine, instance: Instance, event: EventObject): AnyTransitionDefinition[] =>
  takenBy(machine, machine.id === 'resource' ? marked(instance) : instance, event);
/** The transitions one step takes: those of the event, then the `always` ones of its microsteps. Instances are of this machine. */
export function takenBy(machine: AnyStateMachine, { snapshot }: Instance, event: EventObject): AnyTransitionDefinition[] {
  const before: AnyMachineSnapshot = machine.resolveState(snapshot as never);
  const first = machine.getTransitionData(before as never, event as never) as AnyTransitionDefinition[];
  const steps = getMicrosteps(machine, before as never, event as never).map(([snapshot]) => snapshot);
  return [...first, ...alwaysTaken(steps, event)];
}
function alwaysTaken(steps: AnyMachineSnapshot[], event: EventObject): AnyTransitionDefinition[] {
  return steps.slice(1).flatMap((to, i) => {
    const from = known(steps[i], 'a microstep');
    const open = (t: AnyTransitionDefinition): boolean => !t.guard || evaluateGuard(t.guard as never, from.context, event, from);
    const left = from._nodes.filter((node) => !to._nodes.includes(node));
    return left.flatMap((node) => (node.always ?? []).filter(open).slice(0, 1));
  });
}

/** Every transition of a machine, with a name for each. */
export function transitionsOf(
  node: AnyStateNode,
  names = new Map<AnyTransitionDefinition, string>(),
): Map<AnyTransitionDefinition, string> {
  for (const list of [...node.transitions.values(), node.always ?? []])
    for (const [n, t] of list.entries()) names.set(t, nameOf(t, n));
  for (const child of Object.values(node.states)) transitionsOf(child, names);
  return names;
}
function nameOf(t: AnyTransitionDefinition, n: number): string {
  const guard = t.guard ? ` [${typeof t.guard === 'string' ? t.guard : JSON.stringify(t.guard)}]` : '';
  return `${t.source.id} —${t.eventType || 'always'}${guard}→ ${t.target?.map((node) => node.id).join() ?? '(stays)'} #${n}`;
}

/** Everything that can be told to an instance. */
export function inboundsFor(instance: Instance, subject: Subject): Inbound[] {
  const jobs = Object.keys(instance.jobs).flatMap((id): Inbound[] => [
    { kind: 'accepted', id, token: LIVE, provider_job_id: 'p' },
    { kind: 'released', id, token: LIVE },
    ...(subject.outputs[id] ?? [null]).map((output): Inbound => ({ kind: 'done', id, token: LIVE, output })),
    ...[TRANSIENT, ...(subject.failures?.[id] ?? [])].map((failure): Inbound => ({ kind: 'error', id, token: LIVE, failure })),
  ]);
  const timers = Object.keys(instance.timers).map((id): Inbound => ({ kind: 'timer', id, token: LIVE }));
  return [...subject.events.map((event): Inbound => ({ kind: 'event', event })), ...jobs, ...timers];
}
/** The event that the interpreter makes of an inbound, without its time. */
export function eventOf(instance: Instance, inbound: Inbound): EventObject {
  if (inbound.kind === 'event') return inbound.event;
  if (inbound.kind === 'timer') return known(instance.timers[inbound.id], inbound.id).event;
  if (inbound.kind === 'accepted') return { type: `ACCEPTED.${inbound.id}` };
  if (inbound.kind === 'released') return { type: `RELEASED.${inbound.id}` };
  if (inbound.kind === 'done') return withMore({ type: `xstate.done.actor.${inbound.id}`, output: inbound.output });
  return withMore({ type: `xstate.error.actor.${inbound.id}`, error: inbound.failure });
}
const withMore = <E extends EventObject>(event: E): E => event;
