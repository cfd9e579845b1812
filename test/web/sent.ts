/** Pictures that a person has sent, by the session of a page. */
import { z } from 'zod';
import { Resource } from '../../contract/resource.ts';
import type { OpenedPage } from './web-world.ts';

const SEND = `async (name, type, bytes, metadata) => {
  const body = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const ask = async (address, init) => {
    const answer = await fetch(address, init);
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  };
  const wanted = { filename: name, content_type: type, byte_size: body.length, metadata };
  const begun = await ask('/v1/resources', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wanted) });
  const { resource, upload } = await begun.json();
  const { pathname, search } = new URL(upload.url);
  await ask(pathname + search, { method: upload.method, headers: upload.headers, body });
  const done = new URL(upload.complete_url);
  await ask(done.pathname + done.search, { method: 'POST' });
  return resource.resource_id;
}`;

/** Its id. metadata: none, unless said: then it waits for a title. */
export async function sendFrom(page: OpenedPage, name: string, bytes: Buffer, metadata: object = {}): Promise<string> {
  const given = [name, 'image/png', bytes.toString('base64'), metadata].map((value) => JSON.stringify(value)).join(', ');
  return z.string().parse(await page.evaluate(`(${SEND})(${given})`));
}
export async function readFrom(page: OpenedPage, id: string): Promise<Resource> {
  return Resource.parse(await page.evaluate(`fetch('/v1/resources/${id}').then((answer) => answer.json())`));
}
