/** A machine as plain nodes and edges: what every drawing of it is made from. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** id: the names from the machine down, joined by dots. jobs: pending while in this state. */
export type GraphNode = {
  id: string;
  name: string;
  parent: string | null;
  kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  initial: string | null;
  tags: string[];
  jobs: string[];
};
/**
 * What takes it: an event, a job that was accepted, released, done or failed, a timer by the name of its delay, or nothing (`always`).
 * to: null stays where it is. otherwise: after others of the same kind whose guards did not hold.
 */
export type GraphEdge = {
  from: string;
  to: string | null;
  kind: 'event' | 'accepted' | 'released' | 'done' | 'failed' | 'after' | 'always';
  name: string;
  guard: string | null;
  otherwise: boolean;
};
export type Graph = { machine: string; version: string; nodes: GraphNode[]; edges: GraphEdge[] };

export function graphOf(machine: AnyStateMachine): Graph {
  const graph: Graph = { machine: machine.id, version: machine.version ?? '0', nodes: [], edges: [] };
  const visit = (node: AnyStateNode): void => {
    graph.nodes.push(nodeOf(node));
    for (const transitions of node.transitions.values()) graph.edges.push(...edgesOf(transitions));
    graph.edges.push(...edgesOf(node.always ?? []));
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return graph;
}

const idOf = (node: AnyStateNode): string => [node.machine.id, ...node.path].join('.');
const nodeOf = (node: AnyStateNode): GraphNode => ({
  id: idOf(node),
  name: node.path.at(-1) ?? node.machine.id,
  parent: node.parent ? idOf(node.parent) : null,
  kind: node.type,
  initial: node.type === 'compound' && node.initial.target[0] ? idOf(node.initial.target[0]) : null,
  tags: [...node.tags],
  jobs: node.invoke.map(({ id }) => id),
});

const edgesOf = (transitions: readonly AnyTransitionDefinition[]): GraphEdge[] =>
  transitions.map((transition, n) => ({
    from: idOf(transition.source),
    to: transition.target?.[0] ? idOf(transition.target[0]) : null,
    ...causeOf(transition.eventType),
    guard: guardOf(transition.guard),
    otherwise: n > 0 && !transition.guard,
  }));

function causeOf(type: string): Pick<GraphEdge, 'kind' | 'name'> {
  const after = (prefix: string): string => type.slice(prefix.length);
  if (type === '') return { kind: 'always', name: '' };
  if (type.startsWith('xstate.after.')) return { kind: 'after', name: type.split('.')[2] ?? type };
  if (type.startsWith('xstate.done.actor.')) return { kind: 'done', name: after('xstate.done.actor.') };
  if (type.startsWith('xstate.error.actor.')) return { kind: 'failed', name: after('xstate.error.actor.') };
  if (type.startsWith('ACCEPTED.')) return { kind: 'accepted', name: after('ACCEPTED.') };
  return type.startsWith('RELEASED.') ? { kind: 'released', name: after('RELEASED.') } : { kind: 'event', name: type };
}

/** `runsLeft`, or with what it is asked about: `lacks text`; of several: `isHint and isProbing`. Another guard written in place has no name. */
function guardOf(guard: unknown): string | null {
  if (!guard) return null;
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards))
    return guard.guards.map(String).join(' and ');
  if (typeof guard !== 'object' || !('type' in guard)) return 'a condition';
  const params = 'params' in guard ? ` ${String(guard.params)}` : '';
  return `${String(guard.type)}${params}`;
}
