/** The picture that is explained: its row, its lifecycle, and what the two promise of all layers. */
import type { Logger } from 'pino';
import type { MetadataField } from '../../contract/metadata.ts';
import type { Text } from '../../contract/statuses.ts';
import type { Fact } from '../../contract/step-kinds.ts';
import { type FactIds, NO_FACT_IDS, NO_FACTS } from '../../contract/steps.ts';
import type { Durable, Instance } from '../../machines/interpreter.ts';
import { type ResourceView, resourceContext, viewOf } from '../../machines/resource-view.ts';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Pauses } from '../../runtime/health/pauses.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { type StoredInstance, UnreadableError } from '../../runtime/ports/instances.ts';
import type { Objects } from '../../runtime/ports/objects.ts';
import type { Embedder } from '../../runtime/ports/providers.ts';
import type { Queue } from '../../runtime/ports/queue.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { RunMarks } from '../../runtime/ports/run-marks.ts';
import type { ResourceRef } from '../../runtime/ports/scope.ts';
import type { SearchIndex } from '../../runtime/ports/search-index.ts';
import type { TaskRecord, Tasks } from '../../runtime/ports/tasks.ts';
import { nextPassAt } from '../../runtime/recovery/rebuild-tasks.ts';

/** Every layer that something is asked of. */
export type ExplainParts = {
  facts: Facts;
  objects: Objects;
  index: SearchIndex;
  embedder: Embedder;
  tasks: Tasks;
  queue: Queue;
  /** Tasks that run in this process without a record. */
  local_runs: { recordOf(task_id: string): TaskRecord | null };
  pauses: Pick<Pauses, 'of'>;
  run_marks?: Pick<RunMarks, 'losses'> | undefined;
  clock: Clock;
  log: Logger;
  required_metadata: readonly MetadataField[];
  /** The kernel of the resource machine. */
  kernel: Pick<Durable, 'serves' | 'upgraded'>;
};
/** What a layer holds, beside what it should hold. */
export type CheckResult = { expected: Text; found: Text; ok: boolean };

/** What must hold elsewhere: as its lifecycle says, or its row where the lifecycle is lost. leaving: its removal is under way. */
export type Promised = Pick<ResourceView, 'status' | 'revision' | 'searchable' | 'has_vector'> & {
  picture: { key: string; sha256: string } | null;
  facts: Record<Fact, number | null>;
  fact_ids: FactIds;
  leaving: boolean;
};
/**
 * next_look_at: when the sweep looks at it; next_pass_at: when all jobs are looked at; in service time. unserved: the version of its lifecycle, where this program does not know it;
 * then `instance` is null.
 */
export type Snapshot = {
  row: ResourceRow;
  instance: Instance | null;
  view: ResourceView | null;
  promised: Promised;
  unserved: string | null;
  next_look_at: number | null;
  next_pass_at: number;
  /** Why its lifecycle can't be read; null: it can, or there is none. */
  set_aside: string | null;
};

/** A commit may come between two reads. */
const READS = 3;

/** null: no such picture in scope. */
export async function takeSnapshot(
  { facts, clock, kernel }: Pick<ExplainParts, 'facts' | 'clock' | 'kernel'>,
  { scope, resource_id }: ResourceRef,
): Promise<Snapshot | null> {
  for (let read = 1; ; read++) {
    const row = await facts.resources.get(scope, resource_id);
    if (!row) return null;
    const { stored, set_aside } = await lifecycleOf(facts, resource_id);
    const own = stored?.org_id === scope.org_id ? stored.instance : null;
    const unserved = own && !kernel.serves(own) ? own.version : null;
    const instance = own && unserved === null ? kernel.upgraded(own) : null;
    if (instance && instance.seq !== row.seq && read < READS) continue;
    const view = instance && viewOf(instance);
    const promised = instance && view ? byLifecycle(instance, view) : byRow(row);
    const [next_look_at, next_pass_at] = [await facts.instances.nextDueAt(resource_id), await nextPassAt(facts, clock)];
    return { row, instance, view, promised, unserved, next_look_at, next_pass_at, set_aside };
  }
}

type Lifecycle = { stored: StoredInstance | null; set_aside: string | null };
async function lifecycleOf({ instances }: Facts, resource_id: string): Promise<Lifecycle> {
  try {
    return { stored: await instances.load(resource_id), set_aside: null };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return { stored: null, set_aside: error.message };
  }
}

function byLifecycle(instance: Instance, { status, revision, searchable, has_vector }: ResourceView): Promised {
  const { sha256, original_key: key, facts, fact_ids } = resourceContext(instance);
  const picture = sha256 !== null && key !== null ? { key, sha256 } : null;
  const leaving = status === 'PURGE_FAILED' || Object.keys(instance.jobs).some((id) => id === 'purge' || id === 'discard');
  return { status, revision, searchable, has_vector, picture, facts, fact_ids, leaving };
}

function byRow(row: ResourceRow): Promised {
  const { status, revision, searchable, has_vector, viewable, sha256, original_key: key } = row;
  const { recognition_id: recognition, correction_id: correction, text_id: saved, indexed_revision: indexed } = row;
  return {
    ...{ status, revision, searchable, has_vector },
    picture: viewable && sha256 !== null && key !== null ? { key, sha256 } : null,
    facts: { ...NO_FACTS, saved: saved === null ? null : revision, indexed },
    fact_ids: { ...NO_FACT_IDS, recognition, correction, saved },
    leaving: status === 'DELETING' || status === 'PURGE_FAILED',
  };
}
