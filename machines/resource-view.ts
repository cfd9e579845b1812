/** What others read of a resource's instance: computed once a commit, without calling XState. A test shows that both agree. */
import type { ResourceEventType } from '../contract/events.ts';
import type { Failure } from '../contract/failures.ts';
import { isStatus, type Phase, type Status, statusRow } from '../contract/statuses.ts';
import type { StepKind } from '../contract/step-kinds.ts';
import { retriedStep } from './resource-retry.ts';
import type { ResourceContext } from './resource-setup.ts';

/** An instance of the resource machine, as the interpreter keeps it. */
export type ResourceInstance = {
  snapshot: { value: unknown; context: object };
  timers: Record<string, { due_at: number }>;
};

/**
 * deadline_at: in service time (ms), of what people should know about: upload, metadata, retention; null if there is none.
 * indexed_revision: of the entry that the index holds. rests: nothing more will happen by itself to the picture.
 */
export type ResourceView = {
  status: Status;
  phase: Phase;
  viewable: boolean;
  searchable: boolean;
  withdrawn: boolean;
  revision: number;
  indexed_revision: number | null;
  has_vector: boolean;
  failure: Failure | null;
  deadline_at: number | null;
  allowed_events: ResourceEventType[];
  rests: boolean;
  /** The failed step that the service tries again by itself; null: none. */
  retry_step: StepKind | null;
};

/** The context of a resource's instance. An instance is only ever made by its machine, so this is a view, not a parse. */
export const resourceContext = ({ snapshot }: Pick<ResourceInstance, 'snapshot'>): ResourceContext =>
  snapshot.context as ResourceContext;

export function viewOf(instance: ResourceInstance): ResourceView {
  const { sha256, withdrawn, facts, revision, has_vector, failure, service_retries } = resourceContext(instance);
  const { status, within } = placeOf(instance.snapshot.value);
  const viewable = sha256 !== null && !withdrawn;
  return {
    status,
    phase: within === 'probing' ? 'working' : statusRow(status).phase,
    viewable,
    searchable: facts.indexed !== null && !withdrawn,
    withdrawn,
    revision,
    indexed_revision: facts.indexed,
    has_vector,
    failure,
    deadline_at: deadlineOf(instance, status),
    allowed_events: allowedIn(status, within, sha256 !== null),
    rests: status === 'EXPIRED' ? within === 'tombstone' : RESTS.has(status),
    retry_step: retriedStep(status, { failure, service_retries }),
  };
}

export const statusOf = (value: unknown): Status => placeOf(value).status;

/** The innermost state in CAPITALS, and the state right within it. Throws if there is none: then it is no resource's. */
function placeOf(value: unknown): { status: Status; within: string | null } {
  let status: Status | null = null;
  let within: string | null = null;
  let at: unknown = isRecord(value) ? value.pipeline : null;
  while (at) {
    const name: string = isRecord(at) ? (Object.keys(at)[0] ?? '') : String(at);
    if (isStatus(name)) [status, within] = [name, null];
    else if (status && !within) within = name;
    at = isRecord(at) ? at[name] : null;
  }
  if (!status) throw new Error(`no status in ${JSON.stringify(value)}`);
  return { status, within };
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const RESTS = new Set<Status>(['INDEXED', 'INDEX_FAILED', 'PURGE_FAILED', 'DELETED']);

/** The delay that people should see the end of. */
const DEADLINE_OF: { [S in Status]?: string } = {
  AWAITING_UPLOAD: 'upload_deadline',
  UPLOADED_NO_METADATA: 'metadata_deadline',
  REJECTED: 'rejected_retention',
  TRASHED: 'trash_retention',
  EXPIRED: 'expired_retention',
};
function deadlineOf({ timers }: ResourceInstance, status: Status): number | null {
  const delay = DEADLINE_OF[status];
  if (!delay) return null;
  for (const [id, { due_at }] of Object.entries(timers)) if (id.startsWith(`xstate.after.${delay}.`)) return due_at;
  return null;
}

const EDITS: ResourceEventType[] = ['METADATA_SUBMITTED', 'TRASH', 'DELETE'];
const ALLOWED: { [S in Status]?: ResourceEventType[] } = {
  AWAITING_UPLOAD: ['UPLOAD_REPORTED', 'UPLOAD_LINK_ISSUED', ...EDITS],
  UPLOADED_NO_METADATA: EDITS,
  INDEXED: ['TEXT_CORRECTED', 'REPROCESS', ...EDITS],
  INDEX_FAILED: ['TEXT_CORRECTED', 'RETRY', 'REPROCESS', ...EDITS],
  REJECTED: ['TRASH', 'DELETE'],
  TRASHED: ['RESTORE', 'DELETE'],
  EXPIRED: ['RESTORE', 'DELETE'],
  DELETING: [],
  PURGE_FAILED: ['RETRY', 'DELETE'],
  DELETED: [],
};
const ALLOWED_WHILE_INDEXING: ResourceEventType[] = ['TEXT_CORRECTED', ...EDITS];

/** People's events that some form of would be taken now. */
function allowedIn(status: Status, within: string | null, has_picture: boolean): ResourceEventType[] {
  if (status === 'EXPIRED' && within !== 'kept') return ['DELETE'];
  const allowed = ALLOWED[status] ?? ALLOWED_WHILE_INDEXING;
  return has_picture ? [...allowed] : allowed.filter((type) => type !== 'TEXT_CORRECTED');
}
