/** The machines that are drawn, by name. */
import type { AnyStateMachine } from 'xstate';
import { resourceMachine } from '../machines/resource.ts';
import { runMachine } from '../machines/run.ts';
import { taskMachine } from '../machines/task.ts';
import { uploadMachine } from '../machines/upload.ts';

export const MACHINES = {
  resource: resourceMachine,
  task: taskMachine,
  upload: uploadMachine,
  run: runMachine,
} as const satisfies Record<string, AnyStateMachine>;
export type MachineName = keyof typeof MACHINES;
export const MACHINE_NAMES: readonly MachineName[] = ['resource', 'task', 'upload', 'run'];
export const isMachineName = (name: string): name is MachineName => Object.hasOwn(MACHINES, name);
