/** Threads that only compute step back behind those that serve requests, for as long as both want the processors. */
import { setPriority } from 'node:os';

/** Nice value of a thread that decodes or recognises: against one at 0 it gets about a tenth of a busy processor, and all of an idle one. */
export const LOW_PRIORITY = 10;
/** Nice value of a thread whose owner has nothing else under way: against one at LOW_PRIORITY it gets three quarters. */
export const RAISED_PRIORITY = 5;

/** Lowers the calling thread. Linux alone has priorities of threads; elsewhere it would be the whole process, so nothing is done. */
export const lowerThreadPriority = (): void => lowerPriority(LOW_PRIORITY);

/** The calling thread, and those that it begins from then on: a process that calls it first, whole. */
export function lowerPriority(nice: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(nice);
  } catch {
    // a sandbox that allows no change: the thread works as before
  }
}
