/** Every limit of the machines: durations in milliseconds, counts without a unit; each with the reason for its value. */
import { STEP_KINDS, STEPS, type StepKind } from '../contract/step-kinds.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DEADLINES = Object.fromEntries(STEP_KINDS.map((kind) => [`${kind}_deadline_ms`, STEPS[kind].deadline_ms])) as {
  [Kind in StepKind as `${Kind}_deadline_ms`]: number;
};

/** Every delay is at most 30 days, the horizon of the sweep. */
export const RESOURCE_LIMITS = {
  /** The store is checked without a report so long after a link was issued: uploads usually take seconds, and the page may be closed before it reports. */
  first_look_ms: MINUTE,
  /** A large file on a slow line. */
  second_look_ms: 5 * MINUTE,
  /** A larger one: the last look before the link is over. */
  third_look_ms: 15 * MINUTE,
  /** When the store is looked at for the last time before the deadline. Exceeds a link's validity by the longest upload: expiry is checked when an upload begins. */
  link_expiry_ms: HOUR + 10 * MINUTE,
  /** A phone left without a network comes back within a day. */
  upload_deadline_ms: DAY,
  /** Of the deadline below, see `resourceLimits`: time for a reminder to be read. */
  metadata_warning_ms: 23 * DAY,
  /** A holiday long. */
  metadata_deadline_ms: 30 * DAY,
  /** The owner may look at what was rejected, and why. */
  rejected_retention_ms: 30 * DAY,
  /** What people expect of a trash; 0 empties it at once. */
  trash_retention_ms: 30 * DAY,
  /** As the trash: an orphan is nobody's mistake to lose bytes by. */
  expired_retention_ms: 30 * DAY,
  /** How long text waits for its vector before it is written alone: well above an embedding's usual seconds. */
  embed_grace_ms: 10 * MINUTE,
  /** Pause between attempts to write the text alone: an index that is down is not flooded. */
  text_again_ms: 10 * MINUTE,
  /** `ocr_deadline_ms` and those of the other steps, each with its reason in contract/step-kinds.ts. */
  ...DEADLINES,
  /** Runs of one step that may miss their deadline before a person is notified: transient trouble is over by the third. */
  max_runs: 3,
  /** Results that are gone and are made again, since the picture was INDEXED or a person's order: each of the three may be gone, no more. */
  max_remakes: 3,
  /** Retries by the service itself of what an outage has stopped, since the last new fact: whatever fails longer than that, a person looks at. */
  max_service_retries: 5,
};
export type ResourceLimits = typeof RESOURCE_LIMITS;

/** How long before `metadata_deadline_ms` a person is warned. */
const WARNED_BEFORE_MS = RESOURCE_LIMITS.metadata_deadline_ms - RESOURCE_LIMITS.metadata_warning_ms;

/** All limits, some of them changed. The warning follows its deadline: 7 days before it, never in its first half, and never after it. */
export function resourceLimits(changed: Partial<ResourceLimits>): ResourceLimits {
  const limits = { ...RESOURCE_LIMITS, ...changed };
  const { metadata_deadline_ms: deadline } = limits;
  const warning = changed.metadata_warning_ms ?? Math.max(deadline - WARNED_BEFORE_MS, Math.ceil(deadline / 2));
  return { ...limits, metadata_warning_ms: Math.min(warning, deadline) };
}

export const TASK_LIMITS = {
  /**
   * A task that waits costs a write so often: 100,000 of them two a second. A lost notification is sent again by the pass over all
   * jobs; this is for a task that the pass does not reach, and keeps its record from expiring.
   */
  requeue_ms: 12 * HOUR,
  /** How long a worker may work without a sign of life; then its status is queried. */
  lease_ms: MINUTE,
  /** Time limit of a status query: a look-up, not the work. */
  ask_deadline_ms: 10 * SECOND,
  /** Doubled with every attempt and loss: 2 s, 4 s, 8 s, … */
  backoff_base_ms: SECOND,
  /** Longer would not help a picture, only delay it. */
  backoff_max_ms: 5 * MINUTE,
  /** Pause between attempts while a provider is unavailable: as long as a circuit breaker stays open. */
  outage_pause_ms: 30 * SECOND,
  /** An outage is not the picture's fault, but after a working morning somebody should know. */
  give_up_ms: 6 * HOUR,
  /** Transient trouble of one picture is over by the fifth time, or is not transient. */
  max_attempts: 5,
  /** What a picture itself costs (OCR_TIMEOUT, OCR_CRASHED) it costs again: the second time is for a machine that was busy. */
  max_picture_attempts: 2,
  /** Workers that may die of one picture: one that kills its workers must end. */
  max_losses: 5,
};
export type TaskLimits = typeof TASK_LIMITS;

export const RUN_LIMITS = {
  /** How long the process that has a run may be without a sign of life, which it gives three times as often; then another goes on. */
  lease_ms: MINUTE,
  /** Errors of ours in a row, without any progress between them. */
  max_errors: 5,
};
export type RunLimits = typeof RUN_LIMITS;
