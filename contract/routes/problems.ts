/** Which problems a route may respond with: those of all such calls, and its own. */
import { PROBLEMS, type ProblemCode } from '../problems.ts';
import type { RouteDeclaration } from './route.ts';

const ANY: ProblemCode[] = [
  ...(['BAD_REQUEST', 'URI_TOO_LONG', 'REQUEST_TIMEOUT', 'HEADERS_TOO_LARGE', 'INVALID', 'INTERNAL', 'UNAVAILABLE'] as const),
  ...(['TOO_MANY_REQUESTS', 'TOO_MANY_REQUESTS_BY_ADDRESS', 'TOO_MANY_UNDER_WAY'] as const),
];
const WITH_KEY: ProblemCode[] = ['UNAUTHENTICATED', 'FORBIDDEN'];
/** A write with the cookie of a session. */
const BY_A_PAGE: ProblemCode[] = ['OTHER_ORIGIN'];
const WITH_LINK: ProblemCode[] = ['BAD_SIGNATURE', 'LINK_EXPIRED'];
/** Whatever writes may find the disk full. */
const WRITES: ProblemCode[] = ['BAD_JSON', 'TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'STORAGE_FULL'];
/** About one picture: it may be none of this organisation, set aside, or of a later version. */
const WITH_RESOURCE: ProblemCode[] = ['NOT_FOUND', 'SET_ASIDE', 'LATER_VERSION', 'CONFLICT'];

/** Without doubles, by status. */
export function problemsOf({ auth, method, path, errors }: RouteDeclaration): ProblemCode[] {
  const codes = new Set<ProblemCode>([
    ...ANY,
    ...(auth === 'key' || auth === 'key_or_link' ? WITH_KEY : []),
    ...(auth === 'link' || auth === 'key_or_link' ? WITH_LINK : []),
    ...(method === 'GET' ? [] : WRITES),
    ...(method !== 'GET' && (auth === 'key' || auth === 'key_or_link') ? BY_A_PAGE : []),
    ...(path.includes('{resource_id}') || path === '/v1/resources' ? WITH_RESOURCE : []),
    ...errors,
  ]);
  return [...codes].sort((a, b) => PROBLEMS[a].status - PROBLEMS[b].status || (a < b ? -1 : 1));
}
