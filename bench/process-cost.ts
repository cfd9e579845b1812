/** What a process and those that it started have taken, as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 10;
const KB_PER_MB = 1_024;

/** Its own, and those that its threads have started and that still run. */
function processesOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(processesOf)];
}
/** '' once it has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Processor time in ms of the process, of what it waited for, and of what it started and still runs. */
export function cpuMs(pid: number = process.pid): number {
  let ticks = 0;
  for (const one of processesOf(pid)) {
    const stat = read(`/proc/${one}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third one on
    for (const n of [11, 12, 13, 14]) ticks += Number(fields[n] ?? 0); // user, system, and of ended children
  }
  return ticks * MS_PER_TICK;
}

/** Resident memory in MB of the process and of what it started: now, or the most that each ever had. */
export function memoryMb(which: 'VmRSS' | 'VmHWM', pid: number = process.pid): number {
  let kb = 0;
  for (const one of processesOf(pid)) kb += Number(new RegExp(`${which}:\\s+(\\d+)`).exec(read(`/proc/${one}/status`))?.[1] ?? 0);
  return kb / KB_PER_MB;
}
