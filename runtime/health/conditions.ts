/**
 * Known problems of the service as a whole, by name, until they end: for `/readyz` and the log.
 * A condition is no fact: each process finds out by itself, and a new process begins with none.
 */
import type { Logger } from 'pino';
import type { Clock } from '../async/clock.ts';

/** `detail`: one sentence with the problem and what to do. `since`: wall time. */
export type Condition = { name: string; detail: string; since: number };

export interface Conditions {
  /** Begins the condition, or renews the sentence of one that is there: `since` stays. Logged when it begins. */
  set(name: string, detail: string): void;
  /** Ends the condition and logs that. No effect if it is not there. */
  clear(name: string): void;
  has(name: string): boolean;
  /** The oldest first. */
  list(): Condition[];
}

/** Names at once. There are a few parts and a few things that may be wrong with each; a name made of data would be a mistake. */
const MAX_CONDITIONS = 100;

export function createConditions({ clock, log }: { clock: Pick<Clock, 'now'>; log: Logger }): Conditions {
  const conditions = new Map<string, Condition>();
  return {
    set(name, detail) {
      const previous = conditions.get(name);
      if (!previous && conditions.size >= MAX_CONDITIONS) throw new RangeError(`more than ${MAX_CONDITIONS} conditions: ${name}`);
      conditions.set(name, { name, detail, since: previous?.since ?? clock.now() });
      if (!previous) log.warn({ event: 'condition.began', condition: name }, detail);
    },
    clear(name) {
      const previous = conditions.get(name);
      if (!previous) return;
      conditions.delete(name);
      log.info(
        { event: 'condition.ended', condition: name, lasted_ms: clock.now() - previous.since },
        `over: ${previous.detail}`,
      );
    },
    has: (name) => conditions.has(name),
    list: () => [...conditions.values()],
  };
}
