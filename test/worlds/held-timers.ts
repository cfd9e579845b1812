/** Limits of time that pass when a test says so, for processes that really run. */
import { runs } from '../../persistence/folder/service-file.ts';
import { type Clock, systemClock } from '../../runtime/async/clock.ts';

export type HeldTimer = { ms: number; pass(): void };

/** A clock whose timers of these lengths are held until the test passes them; all others are real. timers: those that run now. */
export function heldTimers(...lengths: number[]): { clock: Clock; timers: HeldTimer[] } {
  const timers: HeldTimer[] = [];
  const system = systemClock();
  const held: Clock['after'] = (ms, then, how) => {
    if (!lengths.includes(ms)) return system.after(ms, then, how);
    const timer = { ms, pass: then };
    timers.push(timer);
    return { cancel: () => void timers.splice(timers.indexOf(timer), 1) };
  };
  return { clock: { ...system, after: held }, timers };
}

/** Whether a process of this machine has this id. */
export const isAlive = ({ pid = 0 }: { pid: number | undefined }): boolean => runs(pid);
