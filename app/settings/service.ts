/** Settings of the service itself: where it listens, what a picture needs, and what may be used of it. */
import proxyaddr from 'proxy-addr';
import { z } from 'zod';
import { METADATA_FIELDS } from '../../contract/metadata.ts';
import { STEP_KINDS } from '../../contract/step-kinds.ts';
import { RESOURCE_LIMITS } from '../../machines/limits.ts';
import { Secret } from '../secrets.ts';
import { delay, lasting, listed, note, secret, text, web, whole, yes } from './kinds.ts';

const areNetworks = (networks: string[]): boolean => {
  try {
    proxyaddr.compile(networks);
    return true;
  } catch {
    return false; // reported by the schema
  }
};

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const Listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/, 'host:port, such as 127.0.0.1:8787')
  .transform((address) => {
    const at = address.lastIndexOf(':');
    return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'a port is at most 65535');

export const service = {
  listen: Listen.default({ host: '127.0.0.1', port: 8787 }).meta(note('Where the service listens. Port 0 takes a free one.')),
  health_listen: Listen.optional().meta(
    note('Where a worker answers `/healthz` and `/readyz`, such as 0.0.0.0:8788: it has no other port.', { fallback: 'no port' }),
  ),
  metrics_listen: Listen.optional().meta(
    note(
      'Where this process answers `/metrics` for Prometheus, such as 127.0.0.1:9464; without a key, so give it an address that only the monitoring reaches. See [monitoring](monitoring/README.md).',
      { fallback: 'no port' },
    ),
  ),
  public_url: web
    .optional()
    .meta(note('Base URL of links, when a proxy stands in front.', { fallback: 'the address of TUODI_LISTEN' })),
  cors_origins: z
    .string()
    .default('')
    .transform(listed)
    .meta(note('Origins of pages that may call the API from a browser, separated by commas.')),
  trusted_proxies: z
    .string()
    .default('')
    .transform(listed)
    .refine(areNetworks, 'addresses or networks, such as 10.0.0.0/8,::1')
    .meta(
      note(
        'Proxies in front, as addresses and networks (10.0.0.0/8), separated by commas: their headers with a client’s address are trusted.',
      ),
    ),
  data_dir: text
    .default('tuodi-data')
    .meta(note('The data folder: everything that is on no server. One process uses it at a time.')),
  log_level: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(note('What is logged: this level and those before it.')),
  link_secret: Secret.optional().meta(
    note('Signs links. At least 32 characters; the same for every process on the same servers.', {
      secret: true,
      fallback: 'created, and kept in the data folder',
    }),
  ),
  link_secret_previous: Secret.optional().meta(
    secret('The previous link secret, while it is being replaced: links signed with it stay valid.'),
  ),
  verify_at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM in UTC, such as 03:30')
    .transform(minutesOf)
    .optional()
    .meta(
      note('When all stores are compared each night, HH:MM in UTC: see `tuodi verify`. It waits for other runs to end.', {
        fallback: 'never',
      }),
    ),
  verify_heal: yes
    .default(false)
    .meta(note('Whether the nightly comparison heals what it finds, as `tuodi verify --heal` does.')),
  worker_kinds: z
    .string()
    .default(STEP_KINDS.join(','))
    .transform((kinds) => (kinds.trim() === 'none' ? [] : listed(kinds)))
    .pipe(z.array(z.enum(STEP_KINDS)))
    .meta(note('The steps that this process runs, separated by commas; `none` leaves them to workers.')),
};

export const pictures = {
  required_metadata: z
    .string()
    .default('title')
    .transform(listed)
    .pipe(z.array(z.enum(METADATA_FIELDS)))
    .meta(note(`The fields that a picture must have before it is indexed, separated by commas: ${METADATA_FIELDS.join(', ')}.`)),
  upload_deadline_ms: delay
    .optional()
    .meta(
      lasting(
        'How long a picture waits for its bytes. The five delays here are at most 30 days, the horizon of the sweep.',
        RESOURCE_LIMITS.upload_deadline_ms,
      ),
    ),
  metadata_deadline_ms: delay
    .optional()
    .meta(
      lasting(
        'How long a picture waits for required metadata. A person is warned 7 days before, or at half of a short one.',
        RESOURCE_LIMITS.metadata_deadline_ms,
      ),
    ),
  trash_retention_ms: delay
    .optional()
    .meta(
      lasting('How long a picture in the trash keeps its bytes; 0 removes them at once.', RESOURCE_LIMITS.trash_retention_ms),
    ),
  rejected_retention_ms: delay
    .optional()
    .meta(lasting('How long a REJECTED picture keeps its bytes; 0 removes them at once.', RESOURCE_LIMITS.rejected_retention_ms)),
  expired_retention_ms: delay
    .optional()
    .meta(lasting('How long an EXPIRED picture keeps its bytes; 0 removes them at once.', RESOURCE_LIMITS.expired_retention_ms)),
};

export const limits = {
  rate_limits: yes
    .default(true)
    .meta(
      note(
        'Rates by key and by address; see [limits.md](limits.md). `false` is for measuring, and where a gateway in front has its own.',
      ),
    ),
  key_points: whole(10, 10_000_000)
    .default(1_000)
    .meta(note('Points that a key may spend in 10 s: a request is 1, a search 5 or more; see [limits.md](limits.md).')),
  address_points: whole(10, 10_000_000)
    .default(3_000)
    .meta(note('Points that an address may spend in 10 s by requests that show no key: one is 1, one that is refused 5.')),
  quota_pictures: whole(0, 1_000_000_000)
    .default(1_000_000)
    .meta(note('Pictures that an organisation may have, those in the trash too.')),
  quota_bytes: whole(0, Number.MAX_SAFE_INTEGER)
    .default(1_024 ** 4)
    .meta(note('Bytes of their originals, and of those that are announced.')),
  max_bytes: whole(1, 2 ** 31)
    .default(50 * 1024 * 1024)
    .meta(note('Maximum bytes of one upload.')),
  disk_reserve_bytes: whole(0, 2 ** 40)
    .default(256 * 1024 * 1024)
    .meta(
      note(
        'Kept free on the disk of the data folder for what is in already: uploads are refused before it is touched. At most a tenth of the disk.',
      ),
    ),
  max_pixels: whole(1, 1_000_000_000)
    .default(80_000_000)
    .meta(note('Maximum pixels of one page, read from its header before it is decoded.')),
  max_pages: whole(1, 1_000)
    .default(100)
    .meta(
      note(
        'Maximum pages of one document. 100 pages that must be recognised take about 5 minutes on two processors, of the 25 that a run has.',
      ),
    ),
  max_document_pixels: whole(1, 100_000_000_000)
    .default(1_500_000_000)
    .meta(
      note(
        'Maximum pixels of all pages of one document together: 100 pages of A4 at 400 dpi. They are decoded in a minute, of the 4 that inspection has.',
      ),
    ),
  decode_time_limit_ms: whole(1_000, 120_000)
    .default(30_000)
    .meta(note('Time limit of decoding one page: 80 megapixels of the slowest format take 3 s, a page of a full magazine 1 s.')),
  document_time_limit_ms: whole(1_000, 180_000)
    .default(60_000)
    .meta(
      note(
        'Time limit of decoding all pages of a small document; each MiB adds 3.5 s. Twice as long when it is drawn for recognition.',
      ),
    ),
};
