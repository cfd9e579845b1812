/** What the host of resources steps, and what a command brings with it. */
import type { Instance } from '../../machines/interpreter.ts';
import type { Usage } from '../accounts/usage.ts';
import type { Change, FactWrite } from '../ports/facts.ts';
import type { EndedRun } from '../ports/journal.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import type { Origin } from './change.ts';

/** An instance with the row that goes with it. has_messages: committed here, with messages for the outbox. */
export type HostedResource = { instance: Instance; resource: ResourceRow; has_messages: boolean };
/** The rows and columns that a command brings. `quota`: of the organisation, where the change may be refused for it. */
export type ResourceDetail = {
  writes: FactWrite[];
  columns: Partial<ResourceColumns>;
  expects?: Change['expects'];
  run?: EndedRun | null;
  quota?: Usage | undefined;
  origin: Origin;
};
