/** A machine whose guards are recorded as they are asked: what each answered, and which values it read to do so. */
import type { AnyStateMachine } from 'xstate';

/** read: paths into context and event, with their values. forced: the answer was turned round by who simulates. */
export type Asked = { guard: string; params: unknown; holds: boolean; forced: boolean; read: [path: string, value: unknown][] };
export type Traced = { machine: AnyStateMachine; asked: Asked[]; force: (guards: readonly string[]) => void };

type Given = { context: object; event: object };
type Guard = ((given: Given, params: unknown) => boolean) & {
  check?: (snapshot: unknown, given: Given, guard: unknown) => boolean;
};

export function tracedMachine(machine: AnyStateMachine): Traced {
  const asked: Asked[] = [];
  let forced: readonly string[] = [];
  const record = (guard: string, params: unknown, answer: (given: Given) => boolean, given: Given): boolean => {
    const read = new Map<string, unknown>();
    const own = answer({ context: watched(given.context, 'context', read), event: watched(given.event, 'event', read) });
    const is_forced = forced.includes(guard);
    asked.push({ guard, params, holds: is_forced ? !own : own, forced: is_forced, read: [...leaves(read)] });
    return is_forced ? !own : own;
  };
  const traced = Object.entries<Guard>(machine.implementations.guards as Record<string, Guard>).map(([name, guard]) => {
    const { check } = guard;
    const plain = (given: Given, params: unknown) => record(name, params, (seen) => guard(seen, params), given);
    if (!check) return [name, plain] as const;
    // of XState's own, such as stateIn: it looks at the snapshot
    const own = (snapshot: unknown, given: Given) => record(name, undefined, () => check(snapshot, given, guard), given);
    return [name, Object.assign(() => false, guard, { check: own })] as const;
  });
  const guards = Object.fromEntries(traced) as never; // the same names, each as it was typed
  const force = (names: readonly string[]): void => {
    forced = names;
  };
  return { machine: machine.provide({ guards }), asked, force };
}

/** The same values; what is read is noted by its path. */
function watched<T extends object>(of: T, path: string, read: Map<string, unknown>): T {
  return new Proxy(of, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return value;
      const at = `${path}.${key}`;
      read.set(at, value);
      return typeof value === 'object' && value !== null ? watched(value, at, read) : value;
    },
  });
}
/** `context.facts.text`, and not `context.facts` which was read on the way. */
function* leaves(read: Map<string, unknown>): Generator<[string, unknown]> {
  for (const [path, value] of read)
    if (path !== 'event.type' && ![...read.keys()].some((other) => other.startsWith(`${path}.`))) yield [path, value];
}
