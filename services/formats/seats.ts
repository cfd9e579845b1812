/** A fixed number of places, handed out in the order of asking. */
import { failureOf } from '../../contract/failures.ts';
import { ServiceError } from '../../runtime/service.ts';

export type Seats = {
  /** Resolves with what gives the place back. Rejects with the signal's reason, and when too many wait already. */
  take(signal: AbortSignal): Promise<() => void>;
  /** True while somebody waits. */
  isWanted(): boolean;
};

export function seats(most: number, most_waiting: number): Seats {
  let free = most;
  const line: (() => void)[] = [];
  const leave = () => {
    const next = line.shift();
    if (next) next();
    else free += 1;
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      if (line.length >= most_waiting)
        throw new ServiceError(failureOf('PROVIDER_UNAVAILABLE', `${most_waiting} files wait to be opened already`));
      await new Promise<void>((resolve, reject) => {
        const sit = () => {
          signal.removeEventListener('abort', give_up);
          resolve();
        };
        const give_up = () => {
          line.splice(line.indexOf(sit), 1);
          reject(signal.reason);
        };
        line.push(sit);
        signal.addEventListener('abort', give_up, { once: true });
      });
      return leave;
    },
    isWanted: () => line.length > 0,
  };
}
