/** How many requests of one caller are under way at once; more wait in line, and beyond that they are refused. */

export type Leave = () => void;
export type ConcurrencyLimit = {
  /** Once there is room; null: too many wait already. `disconnected`: the client left while it waited, and its place is given up. */
  enter(subject: string, disconnected: AbortSignal): Promise<Leave | null>;
  /** At once, or null. */
  tryEnter(subject: string): Leave | null;
};

type Line = { under_way: number; waiting: Set<() => void> };

/** `max_waiting`: of one caller. A caller of whom nothing is under way is forgotten. */
export function limitRequests({ max, max_waiting }: { max: number; max_waiting: number }): ConcurrencyLimit {
  const lines = new Map<string, Line>();

  function leaveOf(subject: string, line: Line): Leave {
    let is_in = true;
    return () => {
      if (!is_in) return;
      is_in = false;
      const [next] = line.waiting;
      if (next) next();
      else line.under_way -= 1;
      if (line.under_way === 0) lines.delete(subject);
    };
  }
  function tryEnter(subject: string): Leave | null {
    const line = lines.get(subject) ?? { under_way: 0, waiting: new Set() };
    if (line.under_way >= max) return null;
    line.under_way += 1;
    lines.set(subject, line);
    return leaveOf(subject, line);
  }
  return {
    tryEnter,
    async enter(subject, disconnected) {
      const leave = tryEnter(subject);
      const line = lines.get(subject);
      if (leave || !line) return leave;
      if (line.waiting.size >= max_waiting) return null;
      return new Promise((resolve, reject) => {
        const end = () => {
          line.waiting.delete(next);
          disconnected.removeEventListener('abort', giveUp);
        };
        const next = () => {
          end();
          resolve(leaveOf(subject, line));
        };
        const giveUp = () => {
          end();
          reject(disconnected.reason);
        };
        line.waiting.add(next);
        disconnected.addEventListener('abort', giveUp, { once: true });
        if (disconnected.aborted) giveUp();
      });
    },
  };
}
