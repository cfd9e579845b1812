/** One picture, as a client of the API has it: sends each event of a person, and sees what there is to see. */
import type { ResourceEvent } from '../../contract/events.ts';
import { Resource } from '../../contract/resource.ts';
import { STORED } from './inbounds.ts';
import type { View } from './model.ts';
import type { ModelWorld, Response, Sent } from './world.ts';

type Upload = { url: string; method: string; headers: Record<string, string>; fields?: Record<string, string> };
type Key = NonNullable<Sent['key']>;
export type Client = Awaited<ReturnType<typeof createPicture>>;

/** Announces a picture of these bytes; `described`: with a title. */
export async function createPicture(world: ModelWorld, { described, bytes }: { described: boolean; bytes: Uint8Array }) {
  const metadata = described ? { title: 'title 0' } : { tags: ['draft'] };
  const body = { filename: 'a.png', content_type: 'image/png', byte_size: bytes.length, metadata, on_duplicate: 'keep' };
  const created = await world.call('POST', '/v1/resources', { body });
  if (created.status !== 201) throw new Error(`the picture was not created: ${created.status} ${JSON.stringify(created.json)}`);
  const first = created.json as { resource: unknown; upload: Upload }; // checked against its declaration by check-responses.ts
  const { resource_id } = Resource.parse(first.resource);
  const place = `/v1/resources/${resource_id}`;
  let link = first.upload;
  let edits = 0;

  const requestOf = (event: ResourceEvent): [method: string, route: string, body?: object] => {
    switch (event.type) {
      case 'UPLOAD_REPORTED':
        return ['POST', `${place}/uploaded`];
      case 'UPLOAD_LINK_ISSUED':
        return ['POST', `${place}/upload-url`];
      case 'METADATA_SUBMITTED':
        return ['PATCH', `${place}/metadata`, event.complete ? { title: `title ${++edits}` } : draftOf(++edits)];
      case 'TEXT_CORRECTED':
        return ['PATCH', `${place}/text`, { pages: [{ page: 1, text: event.correction_id && `corrected ${++edits}` }] }];
      case 'RETRY':
        return ['POST', `${place}/retry`];
      case 'RESTORE':
        return ['POST', `${place}/restore`];
      case 'REPROCESS': {
        const { type: _, ...how } = event;
        return ['POST', `${place}/reprocess`, how];
      }
      case 'TRASH':
        return ['DELETE', place];
      case 'DELETE':
        return ['DELETE', `${place}?purge=true`];
      default:
        throw new Error(`no person sends ${event.type}`);
    }
  };
  return {
    resource_id,
    /** Sends it as the API has it: an upload goes to its link, everything else to a route. */
    async send(event: ResourceEvent, key: Key = 'own'): Promise<Response> {
      if (event === STORED) return upload(world, link, bytes, () => world.call('POST', `${place}/uploaded`));
      const [method, route, sent] = requestOf(event);
      const response = await world.call(method, route, { key, ...(sent ? { body: sent } : {}) });
      if (event.type === 'UPLOAD_LINK_ISSUED' && response.status === 200) link = (response.json as { upload: Upload }).upload;
      return response;
    },
    async see(key: Key = 'own'): Promise<Response> {
      return world.call('GET', place, { key });
    },
    content: () => world.call('GET', `${place}/content`),
    history: () => world.call('GET', `${place}/history?limit=200`),
    search: (key: Key = 'own') => world.call('GET', '/v1/search', { key }),
    list: () => world.call('GET', '/v1/resources'),
  };
}
/** A described picture can't lose its title; another can get a description. */
const draftOf = (edit: number) => ({ title: null, description: `a draft ${edit}` });

/** To the link that came with the picture: a store that serves its links itself knows of the upload, S3 has to be told of by the client. */
async function upload(world: ModelWorld, link: Upload, bytes: Uint8Array, report: () => Promise<Response>): Promise<Response> {
  const { url, method, headers, fields } = link;
  if (!fields) return world.call(method, url, { bytes, headers });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png');
  const { ok, status } = await fetch(url, { method, body: form });
  if (!ok) throw new Error(`the store refused the upload: ${status}`);
  return report();
}

/** What a response with one picture shows, in the form of the model's view. */
export function viewIn({ headers, json }: Response): View {
  const resource = Resource.parse(json);
  const { status, phase, viewable, searchable, revision, indexed_revision, has_vector, failure, deadline_at } = resource;
  const seen = { etag: headers.get('etag') ?? '', status, phase, viewable, searchable, revision, indexed_revision, has_vector };
  const failed = failure && { step: failure.step, code: failure.code, retryable: failure.retryable, attempts: failure.attempts };
  const allowed_events = [...resource.allowed_events].sort();
  return {
    ...seen,
    deadline_at: deadline_at === null ? null : Date.parse(deadline_at),
    failure: failed as View['failure'], // the contract leaves step and code open; compared by value
    allowed_events: allowed_events as View['allowed_events'],
  };
}
