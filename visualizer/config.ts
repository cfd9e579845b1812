/**
 * The configuration of a machine for other tools: code that XState alone runs and Stately Studio imports, or JSON. Guards, actions,
 * actors and delays are named; who runs it gives them, by `machine.provide({ guards, actions, delays })`. Inputs of jobs are left out,
 * since they are functions; a context that takes something from the input of the machine says what.
 */
import type { AnyStateMachine } from 'xstate';
import { graphOf } from './graph.ts';
import { hashOf } from './layout.ts';

/** What the input of each machine has, as its context takes it over. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  resource: ['resource_id', 'org_id', 'user_id', 'described', 'claimed'],
  task: ['task_id', 'provider_job_id', 'answered', 'decodes'],
  upload: ['byte_size', 'sha256', 'resource_id', 'since', 'losses', 'cause', 'was'],
  run: ['kind', 'params'],
};
/** Stands for a field of the input. */
class FromInput {
  readonly field: string;
  constructor(field: string) {
    this.field = field;
  }
}
type Plain = null | boolean | number | string | Code | Plain[] | { [key: string]: Plain };
/** Text that is code already. */
class Code {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A module with one exported machine: `import { resourceMachine } from …`. */
export function codeOf(machine: AnyStateMachine): string {
  const used = new Set(['createMachine']);
  const config = plainOf(configOf(machine), (value) => codeOfFunction(value, used)) ?? {};
  const { guards, actions, actors, delays } = machine.implementations;
  const named = Object.entries({ guards, actions, actors, delays }).map(
    ([kind, all]) => ` * ${kind}: ${Object.keys(all ?? {}).join(', ')}`,
  );
  return [
    `import { ${[...used].sort().join(', ')} } from 'xstate';`,
    '',
    '/**',
    ` * ${machine.id} machine of tuodi, version ${machine.version}, graph ${hashOf(graphOf(machine))}. Named here, and given by provide():`,
    ...named,
    ' */',
    `export const ${machine.id}Machine = createMachine(${written(config, '')});`,
    '',
  ].join('\n');
}

/** The same as JSON. What XState has functions for is a name too: `isHint and isProbing`, `cancel give_up`, `raise GIVE_UP`. */
export const jsonOf = (machine: AnyStateMachine): string =>
  `${JSON.stringify(plainOf(configOf(machine), nameOfFunction), null, 2)}\n`;

function configOf(machine: AnyStateMachine): Record<string, unknown> {
  const { schemas: _, context, ...config }: Record<string, unknown> = { ...machine.config };
  const fields = INPUTS[machine.id] ?? [];
  const input = Object.fromEntries(fields.map((field) => [field, new FromInput(field)]));
  const { id, version, ...rest } = config;
  return { id, version, context: typeof context === 'function' ? new FirstContext(context({ input })) : context, ...rest };
}
/** A context that is made from the input. */
class FirstContext {
  readonly fields: unknown;
  constructor(fields: unknown) {
    this.fields = fields;
  }
}

type OfFunction = (value: FunctionOfXState) => Plain | undefined;
/** What XState's own guards and actions carry beside being functions. */
type FunctionOfXState = {
  type?: string;
  guards?: unknown[];
  sendId?: string;
  event?: { type: string };
  id?: string;
  delay?: string;
};

function plainOf(value: unknown, ofFunction: OfFunction): Plain | undefined {
  if (value instanceof FirstContext) {
    const fields = plainOf(value.fields, ofFunction) ?? {};
    return ofFunction === nameOfFunction ? fields : new Code(`({ input }) => (${written(fields, '  ')})`);
  }
  if (value instanceof FromInput) return ofFunction === nameOfFunction ? null : new Code(`input.${value.field}`);
  if (typeof value === 'function') return ofFunction(value as FunctionOfXState); // XState does not export what they carry
  if (Array.isArray(value)) return value.flatMap((one) => plainOf(one, ofFunction) ?? []);
  if (typeof value !== 'object' || value === null) return value as Plain | undefined; // what is left in a configuration
  const entries = Object.entries(value).map(([key, one]) => [key, plainOf(one, ofFunction)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Plain] => entry[1] !== undefined));
}

function codeOfFunction({ type, guards, sendId, event, id, delay }: FunctionOfXState, used: Set<string>): Plain | undefined {
  if (guards) {
    used.add('and');
    return new Code(`and(${JSON.stringify(guards)})`);
  }
  if (type === 'xstate.cancel') {
    used.add('cancel');
    return new Code(`cancel(${quoted(sendId ?? '')})`);
  }
  if (type !== 'xstate.raise') return undefined;
  used.add('raise');
  return new Code(`raise(${JSON.stringify(event)}, ${JSON.stringify({ id, delay })})`);
}
function nameOfFunction({ type, guards, sendId, event }: FunctionOfXState): Plain | undefined {
  if (guards) return guards.join(' and ');
  if (type === 'xstate.cancel') return `cancel ${sendId}`;
  return type === 'xstate.raise' ? `raise ${event?.type}` : undefined;
}

const MAX_WIDTH = 100;
const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
const keyOf = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

/** As a literal of JavaScript, in one line where it fits. */
function written(value: Plain, indent: string): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const parts = (within: string): string[] =>
    Array.isArray(value)
      ? value.map((one) => written(one, within))
      : Object.entries(value).map(([key, one]) => `${keyOf(key)}: ${written(one, within)}`);
  const flat = parts(inner);
  if (flat.length === 0) return `${open}${close}`;
  const space = Array.isArray(value) ? '' : ' ';
  const line = `${open}${space}${flat.join(', ')}${space}${close}`;
  if (!line.includes('\n') && line.length + indent.length <= MAX_WIDTH) return line;
  return `${open}\n${flat.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`;
}
