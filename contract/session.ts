/** Signing in with a browser, and what a caller is told of itself. */
import { z } from 'zod';
import { METADATA_FIELDS } from './metadata.ts';
import { CONTENT_TYPES } from './resource.ts';
import { ROLE_NAMES } from './roles.ts';

/**
 * The cookie of a session at this address. Browsers send a cookie to all ports of a host, so the port is in its name: two services on a
 * host have each their own.
 */
export function sessionCookie(public_url: string): string {
  const { protocol, port } = new URL(public_url);
  return `tuodi_session_${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** token: what stood after `#` in the link that was printed. */
export const BeginSession = z.strictObject({ token: z.string().min(1).max(200) }).meta({ id: 'BeginSession' });

/**
 * session: null for a key. installation: it may also do what concerns all organisations. locale: of the texts in responses. limits: what a
 * picture is refused beyond. features.vectors: a model of meaning makes the vectors; false: there are none. public_url: where links of
 * responses lead.
 */
export const Me = z
  .object({
    user: z.object({ user_id: z.string(), name: z.string() }),
    organisation: z.object({ org_id: z.string(), name: z.string() }),
    role: z.enum(ROLE_NAMES),
    installation: z.boolean(),
    session: z.object({ created_at: z.iso.datetime(), expires_at: z.iso.datetime() }).nullable(),
    locale: z.enum(['en', 'zh']),
    limits: z.object({
      max_bytes: z.int(),
      max_pages: z.int(),
      max_pixels: z.int(),
      content_types: z.array(z.enum(CONTENT_TYPES)),
    }),
    required_metadata: z.array(z.enum(METADATA_FIELDS)),
    features: z.object({ vectors: z.boolean() }),
    public_url: z.string(),
    version: z.string(),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof Me>;
