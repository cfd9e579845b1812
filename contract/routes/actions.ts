/** The call that sends each event of a person, so that a client may follow links and need no table of its own. */
import type { RESOURCE_EVENTS, ResourceEventType } from '../events.ts';
import type { Action } from '../resource.ts';
import { hasRole, type Role } from '../roles.ts';
import { type RouteName, routeNamed } from './table.ts';

type PersonEvent = {
  [Event in ResourceEventType]: (typeof RESOURCE_EVENTS)[Event]['by_person'] extends true ? Event : never;
}[ResourceEventType];
const CALLS: Record<PersonEvent, { route: RouteName; query?: string }> = {
  UPLOAD_REPORTED: { route: 'report_upload' },
  UPLOAD_LINK_ISSUED: { route: 'issue_upload_link' },
  METADATA_SUBMITTED: { route: 'patch_metadata' },
  TEXT_CORRECTED: { route: 'patch_text' },
  RETRY: { route: 'retry_resource' },
  REPROCESS: { route: 'reprocess_resource' },
  TRASH: { route: 'remove_resource' },
  RESTORE: { route: 'restore_resource' },
  DELETE: { route: 'remove_resource', query: 'purge=true' },
};
const isPersonEvent = (event: string): event is PersonEvent => Object.hasOwn(CALLS, event);

/** `POST /v1/resources/{resource_id}/retry` for RETRY; null for an event that no call sends. */
export function callOf(event: string): { method: Action['method']; path: string; role: Role | null } | null {
  if (!isPersonEvent(event)) return null;
  const { route, query } = CALLS[event];
  const { method, path, role } = routeNamed(route);
  return { method, path: query ? `${path}?${query}` : path, role };
}

/** What a caller of this role may do with a picture now. `base`: where clients reach the service. */
export function actionsFor(
  { resource_id, allowed_events }: { resource_id: string; allowed_events: readonly string[] },
  { role, base }: { role: Role; base: string },
): Action[] {
  return allowed_events.flatMap((event) => {
    const call = callOf(event);
    if (!call || (call.role !== null && !hasRole(role, call.role))) return [];
    return [{ event, method: call.method, href: base + call.path.replace('{resource_id}', resource_id) }];
  });
}
