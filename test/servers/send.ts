/** Uploading by a link as a client does, and what the store said to it. */
import type { UploadLink } from '../../runtime/ports/objects.ts';

export type Sent = { status: number; code: string };
type Bytes = string | Uint8Array<ArrayBuffer>;

/** `fields`: said instead of the link's own; undefined leaves one out. */
export async function sendForm(
  { url, fields = {} }: Pick<UploadLink, 'url' | 'fields'>,
  bytes: Bytes,
  changed: Record<string, string | undefined> = {},
): Promise<Sent> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changed })) if (value !== undefined) form.append(name, value);
  form.append('file', new Blob([bytes], { type: 'image/png' }), 'picture.png'); // last: a store reads nothing behind it
  return reported(fetch(url, { method: 'POST', body: form, redirect: 'manual' }));
}

export const sendPut = (
  { url, headers }: Pick<UploadLink, 'url' | 'headers'>,
  bytes: Bytes,
  changed: Record<string, string> = {},
) => reported(fetch(url, { method: 'PUT', body: Buffer.from(bytes), headers: { ...headers, ...changed }, redirect: 'manual' }));

/** A store may cut the connection instead of reading what it refuses. */
async function reported(sending: Promise<Response>): Promise<Sent> {
  try {
    const answer = await sending;
    return { status: answer.status, code: /<Code>([^<]+)/.exec(await answer.text())?.[1] ?? '' };
  } catch (error) {
    return { status: 0, code: String(error instanceof Error ? (error.cause ?? error) : error) };
  }
}
