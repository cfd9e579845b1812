/** Requests that are wrong, each in one way, with the answer each must get. The test sends them all and looks for what they changed. */
import type { Bad } from './bad.ts';
import { BAD_BODIES } from './bad-bodies.ts';
import { BAD_CALLERS } from './bad-callers.ts';
import { BAD_EVENTS } from './bad-events.ts';
import { BAD_FORMS } from './bad-forms.ts';
import { BAD_LINKS } from './bad-links.ts';
import { BAD_QUERIES } from './bad-queries.ts';
import { BAD_SOCKETS } from './bad-sockets.ts';
import { BAD_STORAGE_EVENTS } from './bad-storage-events.ts';

export const BAD_REQUESTS: Bad[] = [
  ...[
    ...BAD_CALLERS,
    ...BAD_BODIES,
    ...BAD_QUERIES,
    ...BAD_EVENTS,
    ...BAD_LINKS,
    ...BAD_FORMS,
    ...BAD_SOCKETS,
    ...BAD_STORAGE_EVENTS,
  ],
  {
    name: 'an address of 11,000 characters',
    method: 'GET',
    path: `/v1/resources?tag=${'x'.repeat(11_000)}`,
    status: 414,
    code: 'URI_TOO_LONG',
  },
  {
    name: 'headers of 20 KB',
    method: 'GET',
    path: '/healthz',
    headers: { 'x-much': 'x'.repeat(20_000) },
    status: 431,
    code: 'HEADERS_TOO_LARGE',
  },
];
