/** The session of this browser: a cookie that only the server reads. */
import { BASE } from '../world.ts';
import { Refused, Unreachable } from './refused.ts';

/** Who looks, what he may do, and what the service takes. Absent fields are of an installation that does not say. */
export type Me = {
  role: string;
  name: string;
  locale: 'en' | 'zh' | null;
  public_url: string | null;
  limits: { max_bytes: number; max_pages: number; max_pixels: number; content_types: readonly string[] } | null;
  features: { vectors: boolean };
};

export async function me(): Promise<Me> {
  const response = await send('GET', '/v1/me');
  const body = (await response.json()) as Partial<Me> & { user?: { name?: string } }; // of the server that sent this page
  return {
    role: body.role ?? 'viewer',
    name: body.name ?? body.user?.name ?? '',
    locale: body.locale ?? null,
    public_url: body.public_url ?? null,
    limits: body.limits ?? null,
    features: body.features ?? { vectors: true },
  };
}

export const exchange = (token: string): Promise<unknown> => send('POST', '/v1/session', { token });
export const signOut = (): Promise<unknown> => send('DELETE', '/v1/session');

async function send(method: string, path: string, body?: object): Promise<Response> {
  const init = { method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}) };
  const response = await fetch(BASE + path, init).catch((error: unknown) => {
    throw new Unreachable(String(error));
  });
  if (!response.ok) throw new Refused(response.status, 'SESSION', '');
  return response;
}
