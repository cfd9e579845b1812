/** A picture taken in as an upload is: its bytes, its resource, and word that it is there. */
import { Readable } from 'node:stream';
import type { Clock } from '../../runtime/async/clock.ts';
import type { Objects } from '../../runtime/ports/objects.ts';
import type { Scope } from '../../runtime/ports/scope.ts';
import type { Engine, Origin } from '../../runtime/resources/engine.ts';

const BY: Origin = { by: { kind: 'user', id: 'u' }, request_id: null };
const MAX_BYTES = 100_000_000;
type Into = { engine: Engine; objects: Objects; clock: Clock; scope: Scope };

type Picture = { bytes: Uint8Array; filename: string; title: string };

/** Returns the id of the resource, which is on its way. */
export async function takeInBytes(into: Into, picture: Picture): Promise<string> {
  const resource_id = await createWithBytes(into, picture);
  await into.engine.send({ scope: into.scope, resource_id }, () => ({ event: { type: 'UPLOAD_REPORTED' } }), BY);
  return resource_id;
}

/** The bytes first, then the resource; nobody has reported them yet. */
export async function createWithBytes(
  { engine, objects, clock, scope }: Into,
  { bytes, filename, title }: Picture,
): Promise<string> {
  const resource_id = clock.newId();
  await objects.put(`incoming/${scope.org_id}/${resource_id}/1`, Readable.from([bytes]), MAX_BYTES);
  const metadata = { title, description: null, tags: [], taken_at: null, languages: [], extra: {} };
  const named = { user_id: 'u', batch_id: null, filename, content_type: 'image/png', metadata, described: true };
  await engine.create({ resource_id, ...scope, ...named, claimed: { byte_size: null, sha256: null }, idempotency: null }, BY);
  return resource_id;
}
