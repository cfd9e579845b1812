/** Commands that are loaded when they run, so that no command waits for the modules of the others. */

import type { StepKind } from '../contract/step-kinds.ts';
import type { OrgsOptions, UsersOptions } from './accounts.ts';
import type { Run } from './command.ts';
import type { DrillName } from './drills/names.ts';
import type { KeysOptions } from './keys.ts';
import type { LoginLinkOptions } from './login-link.ts';
import type { ReplayOptions } from './runs.ts';

type Copying = { copy?: boolean };

const lazy =
  (load: () => Promise<Run>): Run =>
  async (...args) =>
    (await load())(...args);

export const serve = lazy(async () => (await import('./serve.ts')).serve);
export const worker = lazy(async () => (await import('./worker.ts')).worker);
export const verifyCommand = (options: { heal?: boolean }) =>
  lazy(async () => (await import('./runs.ts')).verifyCommand(options));
export const embedCommand = lazy(async () => (await import('./runs.ts')).embedCommand);
export const reindexCommand = lazy(async () => (await import('./runs.ts')).reindexCommand);
export const replayCommand = (options: ReplayOptions) => lazy(async () => (await import('./runs.ts')).replayCommand(options));
export const pauseCommand = (kind: StepKind, paused: boolean) =>
  lazy(async () => (await import('./pauses.ts')).pauseCommand(kind, paused));
export const demoCommand = lazy(async () => (await import('./demo-command.ts')).demoCommand);
export const migrateCommand = (check: boolean) => lazy(async () => (await import('./migrate.ts')).migrateCommand(check));
export const diagram = (machine: string, format: string) =>
  lazy(async () => (await import('./diagram.ts')).diagram(machine, format));
export const keysCommand = (action: string, subject: string | undefined, options: KeysOptions) =>
  lazy(async () => (await import('./keys.ts')).keysCommand(action, subject, options));
export const orgsCommand = (action: string, subject: string | undefined, options: OrgsOptions) =>
  lazy(async () => (await import('./accounts.ts')).orgsCommand(action, subject, options));
export const usersCommand = (action: string, subject: string | undefined, options: UsersOptions) =>
  lazy(async () => (await import('./accounts.ts')).usersCommand(action, subject, options));
export const loginLinkCommand = (options: LoginLinkOptions) =>
  lazy(async () => (await import('./login-link.ts')).loginLinkCommand('make', undefined, options));
export const backupCommand = (target: string, options: Copying) =>
  lazy(async () => (await import('./backup.ts')).backupCommand(target, options));
export const restoreCommand = (backup: string, options: Copying) =>
  lazy(async () => (await import('./restore.ts')).restoreCommand(backup, options));
export const drillCommand = (name: DrillName, env: NodeJS.ProcessEnv) =>
  lazy(async () => (await import('./drills/drill.ts')).drillCommand(name, env));
export const doctorOf = async (...given: Parameters<typeof import('./doctor.ts').doctor>) =>
  (await import('./doctor.ts')).doctor(...given);
