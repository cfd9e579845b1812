/** Adapts a machine to an engine that knows no machine's states. */
import type { EventObject } from 'xstate';
import type { Json } from '../../contract/json.ts';
import type { Metadata } from '../../contract/metadata.ts';
import type { Durable, Inbound, Instance } from '../../machines/interpreter.ts';
import type { Usage } from '../accounts/usage.ts';
import type { Facts, FactWrite } from '../ports/facts.ts';
import type { ResourceColumns, ResourceRow } from '../ports/resources.ts';
import type { Writes } from '../tasks/step-handler.ts';

export type NewResource = {
  resource_id: string;
  org_id: string;
  user_id: string;
  key_id?: string | null;
  batch_id: string | null;
  filename: string;
  content_type: string;
  claimed: { byte_size: number | null; sha256: string | null };
  /** Absent: it claims no bytes. */
  byte_claim?: string | null;
  /** Made on purpose beside pictures with the same bytes. */
  kept?: boolean;
  metadata: Metadata;
  described: boolean;
  idempotency: { key: string; fingerprint: string } | null;
  /** Maximum that its organisation may hold with it. Absent: no limit. */
  quota?: Usage;
};

/** An accepted result of a job, with the job's input, and the resource before it. `at`: wall time. */
export type Result = { job_id: string; input: Json; output: Json; at: number; resource: ResourceRow };

type ResourceIds = { resource_id: string; org_id: string };
export type Lifecycle = {
  kernel: Durable;
  /** The input that the machine starts with. */
  input(resource: NewResource): Json;
  /** The columns that follow from the instance; the others stay as they are. */
  columns(
    instance: Instance,
  ): Partial<ResourceColumns> & Pick<ResourceColumns, 'status' | 'phase' | 'revision' | 'failure' | 'indexed_revision'>;
  /** The rows of a result, computed from the present facts; 'outdated': its step must be run again. */
  writes(result: Result, facts: Facts): Promise<Writes | 'outdated'>;
  /** The rows of a step that cancels runs. `at`: wall time. Absent: there are none. */
  abandoned?(step: { resource: ResourceIds; before: Instance; after: Instance; inbound: Inbound; at: number }): FactWrite[];
  /** The types of the messages that a step sends. */
  messages(before: ResourceColumns | null, after: ResourceColumns, emitted: EventObject[]): string[];
};
