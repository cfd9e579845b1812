/** The plan counts what XState's own graph of the machine has: nothing is covered that is not there, and nothing there is left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DirectedGraphNode, toDirectedGraph } from 'xstate/graph';
import { transitionsOf } from '../model/paths.ts';
import { MACHINE } from './model.ts';

const edgesOf = ({ edges, children }: DirectedGraphNode): string[] => [
  ...edges.map(({ source, transition }) => `${source.id} ${transition.eventType} ${transition.guard ? 'if' : ''}`),
  ...children.flatMap(edgesOf),
];

/** Transitions without an event are no edges of that graph. */
test('every edge of the graph of XState is a transition of the plan, and the other way round', () => {
  const counted = [...transitionsOf(MACHINE.root).keys()].filter(({ eventType }) => eventType !== '');
  const ours = counted.map(({ source, eventType, guard }) => `${source.id} ${eventType} ${guard ? 'if' : ''}`);
  assert.deepEqual(ours.sort(), edgesOf(toDirectedGraph(MACHINE)).sort());
});
