import type { Logger } from 'pino';
import type { Durable } from '../../machines/interpreter.ts';
import type { Clock } from '../async/clock.ts';
import type { Parts as HealthParts } from '../health/parts.ts';
import type { RuntimeLimits } from '../limits.ts';
import type { Relay } from '../outbox/relay.ts';
import type { Facts } from '../ports/facts.ts';
import type { Tasks } from '../ports/tasks.ts';
import type { Origin } from '../resources/change.ts';
import type { Engine } from '../resources/engine.ts';
import type { TaskRunner } from '../tasks/task-runner.ts';
import type { ServiceTime } from './service-time.ts';
import type { SetAsides } from './set-aside.ts';

export type Parts = {
  facts: Facts;
  tasks: Tasks;
  engine: Pick<Engine, 'deliver'>;
  /** The kernel of the instances: those of versions that it does not serve are left alone. */
  kernel: Pick<Durable, 'served' | 'upgraded' | 'knowsState'>;
  set_asides: SetAsides;
  runs: TaskRunner;
  time: ServiceTime;
  relay: Pick<Relay, 'run'>;
  /** Told of each round. */
  parts?: Pick<HealthParts, 'set'>;
  clock: Clock;
  limits: RuntimeLimits;
  log: Logger;
  origin: Origin;
  /** Rounds over the due instances of other machines, each by its name. */
  rounds?: Readonly<Record<string, (stopped: () => boolean) => Promise<void>>>;
  /** Owner of the pass over all jobs. */
  owner: string;
};
