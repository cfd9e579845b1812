/** A picture sent, in one call or by an upload link, and waiting for what becomes of it. */

import { ApiError } from '../../contract/client.ts';
import type { Resource, Upload } from '../../contract/resource.ts';
import { answered } from '../answered.ts';
import { type Client, withRetryLimit } from '../client.ts';
import { responseText } from '../response-text.ts';

/** The largest picture over a slow line. */
const UPLOAD_TIMEOUT_MS = 10 * 60_000;
const WAIT_S = 30;
/** What is asked again when nothing has come to rest; a picture that takes longer is reported as it is. */
const MAX_WAITS = 60;

/** `there`: its bytes were in the library before, and this is the picture that has them. */
export type Uploaded = { resource: Resource; there: boolean };
type UploadFields = { filename: string; title?: string; tag?: string[] };

/** In one call; returns when it rests. `created`: what it is once the service has its bytes. */
export async function uploadForm(
  client: Client,
  bytes: Blob,
  fields: UploadFields,
  signal?: AbortSignal,
  created: (resource: Resource) => void = () => undefined,
): Promise<Uploaded> {
  const { filename, title, tag } = fields;
  const form = new FormData();
  form.append('metadata', JSON.stringify({ ...(title ? { title } : {}), ...(tag?.length ? { tags: tag } : {}) }));
  form.append('file', bytes, filename);
  const answer = await client.api.create_resource({ form, ...(signal ? { signal } : {}) });
  const { resource } = answer.body;
  created(resource);
  return { resource: await waitUntilSettled(client, resource.resource_id, signal), there: answer.status === 200 };
}

/** As the link says: a PUT, or a form whose file comes last. The service is notified, and checks the store. */
export async function upload(
  client: Client,
  { method, url, headers, fields, complete_url }: Upload,
  bytes: Blob,
  stop: AbortSignal,
): Promise<void> {
  await withRetryLimit(UPLOAD_TIMEOUT_MS, stop, async (signal) => {
    const send = () => fetch(url, { method, headers, body: fields ? formOf(fields, bytes) : bytes, signal });
    const answer = await answered(new URL(url).origin, send);
    const text = await responseText(answer);
    if (!answer.ok)
      throw new ApiError(answer.status, 'UPLOAD_REFUSED', `the store answered ${answer.status}: ${text.slice(0, 200)}`);
  });
  const { pathname, search } = new URL(complete_url);
  await client.request('POST', `${pathname}${search}`, { signal: stop });
}

function formOf(fields: Record<string, string>, bytes: Blob): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', bytes);
  return form;
}

/** The picture when it has come to rest, or only a person can go on. */
export async function waitUntilSettled(client: Client, resource_id: string, signal?: AbortSignal): Promise<Resource> {
  for (let waits = 0; ; waits++) {
    const { body: now } = await client.api.get_resource({
      ...{ params: { resource_id }, wait_s: WAIT_S },
      ...(signal ? { signal } : {}),
    });
    if (now.phase !== 'working' || waits >= MAX_WAITS) return now;
  }
}
