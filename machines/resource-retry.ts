/**
 * Trying again what failed: by a person, who may do so always, or by the service itself, which does it for what an outage has stopped. The
 * service counts: a picture that fails so often once the step works for others is not stopped by an outage, and waits for a person.
 */
import type { ResourceEvent, RetriedBy } from '../contract/events.ts';
import { type Failure, isOutage } from '../contract/failures.ts';
import type { Status } from '../contract/statuses.ts';
import type { StepKind } from '../contract/step-kinds.ts';
import { RESOURCE_LIMITS } from './limits.ts';

type Failed = { failure: Failure | null; service_retries: number };
type Event = ResourceEvent | { type: string };

const isOfService = ({ failure, service_retries }: Failed): boolean =>
  failure !== null && isOutage(failure) && service_retries < RESOURCE_LIMITS.max_service_retries;
const byOf = (event: Event): RetriedBy | undefined => ('by_service' in event ? event.by_service : undefined);

export const isByPerson = (event: Event): boolean => byOf(event) === undefined;
export const mayRetry = ({ context, event }: { context: Failed; event: Event }): boolean =>
  isByPerson(event) || isOfService(context);

/** A probe is not counted: its failure is that of the outage. */
export function retriesAfter({ context: { service_retries }, event }: { context: Failed; event: Event }): number {
  const by = byOf(event);
  return by === undefined ? 0 : service_retries + (by === 'mended' ? 1 : 0);
}

/** The step that the service will try again by itself; null: it rests for a person, or does not rest. */
export function retriedStep(status: Status, context: Failed): StepKind | null {
  const rests = status === 'INDEX_FAILED' || status === 'PURGE_FAILED';
  return rests && isOfService(context) ? (context.failure?.step ?? null) : null;
}
