/** How a mistake is planted: a machine with one of its states changed. */
import { type AnyStateMachine, createMachine } from 'xstate';
import { resourceForModel, taskForModel } from './environment.ts';
import { known } from './known.ts';

export type Node = { [key: string]: unknown };
export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
export const nodeIn = (node: Node, key: string): Node => {
  const value = node[key];
  if (!isNode(value)) throw new Error(`no ${key} to plant a mistake in`);
  return value;
};
export const listIn = (node: Node, key: string): unknown[] => {
  const value = node[key];
  return Array.isArray(value) ? value : [known(value, key)];
};
/** structuredClone refuses functions. */
function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone);
  return isNode(value) ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, clone(part)])) : value;
}

/** A machine with one of its states changed. The casts are at XState's boundary: a config is changed as data, and made again. */
function withChanged(machine: AnyStateMachine, path: string[], change: (node: Node) => void): AnyStateMachine {
  const config = clone(machine.config) as Node;
  let node = config;
  for (const state of path) node = nodeIn(nodeIn(node, 'states'), state);
  change(node);
  return createMachine(config as never, machine.implementations as never) as AnyStateMachine;
}
/** `path` names states only, in the pipeline unless said. */
export const edited = (path: string, change: (node: Node) => void): AnyStateMachine =>
  withChanged(resourceForModel, (path.startsWith('text_first') ? path : `pipeline.${path}`).split('.'), change);
export const editedTask = (path: string, change: (node: Node) => void): AnyStateMachine =>
  withChanged(taskForModel, path.split('.'), change);

export const onDone = (change: (branches: unknown[]) => unknown) => (node: Node) => {
  const invoke = nodeIn(node, 'invoke');
  invoke.onDone = change(listIn(invoke, 'onDone'));
};
/** The inputs of a job, changed. */
export const told = (change: (input: Node) => Node) => (node: Node) => {
  const invoke = nodeIn(node, 'invoke');
  const input = invoke.input as (given: unknown) => Node;
  invoke.input = (given: unknown) => change(input(given));
};
export const on = (type: string, change: (transitions: unknown[]) => unknown) => (node: Node) => {
  const transitions = nodeIn(node, 'on');
  transitions[type] = change(listIn(transitions, type));
};
export const dropDeadline = (node: Node): void => {
  delete node.after;
};
export const withActions = (transition: unknown, actions: unknown): Node => ({
  ...(isNode(transition) ? transition : {}),
  actions,
});
