/** The HTTP server around facts and a feed, and nothing else: for live events. The facts outlive a restart of the server. */
import { pino } from 'pino';
import type { Role } from '../../contract/roles.ts';
import type { HttpDeps } from '../../http/context.ts';
import { HTTP_LIMITS } from '../../http/limits.ts';
import { createHttpServer } from '../../http/server.ts';
import { noEmbedder } from '../../providers/no-embedder.ts';
import { makeKey } from '../../runtime/accounts/api-keys.ts';
import { systemClock } from '../../runtime/async/clock.ts';
import { createParts, type Parts } from '../../runtime/health/parts.ts';
import { RUNTIME_LIMITS } from '../../runtime/limits.ts';
import { createFeed } from '../../runtime/outbox/feed.ts';
import { createRelay } from '../../runtime/outbox/relay.ts';
import type { Announcements } from '../../runtime/ports/announcements.ts';
import type { Facts } from '../../runtime/ports/facts.ts';
import { only } from './missing.ts';

const clock = systemClock();
const log = pino({ level: 'silent' });

/** A key to an organisation, made if need be. */
export async function keyTo({ accounts }: Facts, org_id: string, role: Role = 'admin'): Promise<string> {
  const user_id = `${org_id}-user`;
  await accounts.ensure({ org_id, name: org_id, user_id, user_name: org_id, at: clock.now() });
  const { key_id, text, secret_hash } = makeKey(clock);
  const named = { name: 'test', role, created_at: clock.now(), revoked_at: null };
  await accounts.addKey({ key_id, org_id, user_id, secret_hash, installation: false, expires_at: null, ...named });
  return text;
}

export type EventsServer = { url: string; relay(): Promise<void>; parts: Parts; stop(): Promise<void> };

export async function serveEvents(facts: Facts, announcements: Announcements, limits: Partial<HttpDeps['limits']> = {}) {
  const telling = { facts, announcements, clock, limits: RUNTIME_LIMITS, log };
  const feed = createFeed(telling, () => undefined);
  await feed.start();
  const parts = createParts({ clock, log });
  const deps = only<HttpDeps>('http', {
    ...{ facts, feed, clock, log, cors_origins: [], version: '0', public_url: () => 'http://localhost' },
    ...{ rates: null, trusted_proxies: [], callbacks: null, storage_events: null },
    ...{ public_url_is_guessed: true, required_metadata: [], embedder: noEmbedder() },
    parts,
    limits: { ...HTTP_LIMITS, max_event_readers: 1_000, ...limits }, // one key of the test has all of them
  });
  const server = createHttpServer(deps);
  const { port } = await server.listen('127.0.0.1', 0);
  const served: EventsServer = {
    url: `http://127.0.0.1:${port}/v1/events`,
    relay: createRelay(telling).run,
    parts,
    async stop() {
      await server.stop(5_000);
      await feed.stop();
    },
  };
  return served;
}
