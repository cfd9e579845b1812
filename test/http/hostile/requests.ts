/** Requests that are wrong, each in one way, with the answer each must get. The test sends them all and looks for what they changed. */

import { BAD_BODIES } from './bodies.ts';
import { BAD_CALLERS } from './callers.ts';
import { BAD_EVENTS } from './events.ts';
import { BAD_FORMS } from './forms.ts';
import type { Bad } from './hostile.ts';
import { BAD_LINKS } from './links.ts';
import { BAD_QUERIES } from './queries.ts';
import { BAD_SOCKETS } from './sockets.ts';
import { BAD_STORAGE_EVENTS } from './storage-events.ts';

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
