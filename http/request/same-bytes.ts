/** Bytes that an organisation has already: which picture is returned for them, and which is shown as the oldest with them. */
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import type { AuthenticatedRequest } from '../context.ts';

type Request = Pick<AuthenticatedRequest, 'deps' | 'caller'>;
/** Bytes that are here, or that somebody has announced and is yet to send. */
export type Bytes = { sha256: string; byte_size: number | null; are_here: boolean };

/** What a new picture claims. Announced bytes are claimed apart: they may never come, and block nobody who brings them. */
export const claimOf = ({ sha256, byte_size, are_here }: Bytes): string => (are_here ? sha256 : `${sha256}/${byte_size}`);

/** True if its bytes were announced by a link, and are still awaited: whoever announces the same may send them. */
export const isAnnounced = ({ status, byte_claim }: ResourceRow): boolean =>
  status === 'AWAITING_UPLOAD' && byte_claim !== null && byte_claim.includes('/');

/**
 * The picture to return for these bytes: the oldest that can be viewed, else the one that is under way with them. Bytes that are here
 * are not left to one whose own were announced only.
 */
export async function findDuplicate({ deps, caller }: Request, bytes: Bytes): Promise<ResourceRow | null> {
  const { resources } = deps.facts;
  const viewable = await resources.alive(caller.scope, bytes.sha256);
  if (viewable || bytes.are_here) return viewable; // the commit looks for those under way
  return resources.claimant(caller.scope, [bytes.sha256, claimOf(bytes)]);
}

/** A row that a command returned, with the oldest of the same bytes as it is now. */
export async function withOldest({ deps, caller }: Request, row: ResourceRow): Promise<ResourceRow> {
  if (!row.viewable || row.sha256 === null) return { ...row, duplicate_of: null };
  const oldest = await deps.facts.resources.alive(caller.scope, row.sha256);
  return { ...row, duplicate_of: oldest && oldest.resource_id !== row.resource_id ? oldest.resource_id : null };
}
