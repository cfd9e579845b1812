/** People of the run: they add pictures and edit, trash, restore, remove and retry them, and ask again when a call fails. What they were promised is in `ledger`. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { pictureOf } from '../worlds/numbered.ts';

const ASK_LIMIT_MS = 15_000;
/** A call that fails by a fault is made again so often, after so long: longer than any fault lasts. */
const TRIES = 60;
const PAUSE_MS = 500;

export type Wish = 'kept' | 'trashed' | 'removed';
/** One picture whose creation was acknowledged. `title`: the last one that was. `busy`: an act on it is under way. */
export type Entry = { resource_id: string; number: number; title: string; wish: Wish; busy: boolean };
export const Seen = z.looseObject({
  resource_id: z.string(),
  status: z.string(),
  phase: z.string(),
  failure: z.unknown(),
  searchable: z.boolean(),
  allowed_events: z.array(z.string()),
  metadata: z.looseObject({ title: z.string().nullable() }),
});
const Created = z.looseObject({
  resource: Seen,
  upload: z
    .looseObject({
      method: z.string(),
      url: z.string(),
      fields: z.record(z.string(), z.string()).optional(),
      complete_url: z.string(),
    })
    .optional(),
});

export type People = ReturnType<typeof people>;

export function people(api: { url: string; api_key: string }, random: () => number) {
  const ledger = new Map<string, Entry>();
  const counts: Record<string, number> = {};
  const unexpected: string[] = [];
  let next_number = 1;

  /** The reply, or null when no try was answered. Statuses below 500 other than 429 are answers. */
  async function call(
    method: string,
    path: string,
    init: () => RequestInit = () => ({}),
  ): Promise<{ status: number; body: unknown } | null> {
    for (let i = 0; i < TRIES; i++) {
      try {
        const { headers, ...rest } = init();
        const replied = await fetch(path.startsWith('http') ? path : api.url + path, {
          ...rest,
          method,
          headers: { authorization: `Bearer ${api.api_key}`, ...headers },
          signal: AbortSignal.timeout(ASK_LIMIT_MS),
        });
        const text = await replied.text();
        if (replied.status < 500 && replied.status !== 429)
          return { status: replied.status, body: text.startsWith('{') ? JSON.parse(text) : text };
        if (replied.status === 500) unexpected.push(`${method} ${path}: ${text.slice(0, 300)}`);
      } catch {
        // cut off by a fault: asked again
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return null;
  }
  const json =
    (body: object, more: Record<string, string> = {}) =>
    () => ({
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...more },
    });
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  async function addByForm(number: number, title: string, key: string): Promise<string | null> {
    const bytes = await pictureOf(number);
    const replied = await call('POST', '/v1/resources', () => {
      const form = new FormData();
      form.set('metadata', JSON.stringify({ title }));
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), `${number}.png`);
      return { body: form, headers: { 'idempotency-key': key } };
    });
    const created = Created.safeParse(replied?.body);
    return created.success ? created.data.resource.resource_id : null;
  }
  /** As a browser does; one in ten closes the page before it reports. */
  async function addByLink(number: number, title: string, key: string): Promise<string | null> {
    const bytes = await pictureOf(number);
    const wanted = { filename: `${number}.png`, content_type: 'image/png', byte_size: bytes.length, metadata: { title } };
    const replied = await call('POST', '/v1/resources', json(wanted, { 'idempotency-key': key }));
    const created = Created.safeParse(replied?.body);
    if (!created.success) return null;
    const { resource, upload } = created.data;
    if (!upload) return resource.resource_id;
    for (let i = 0; i < TRIES; i++) {
      const form = new FormData();
      for (const [name, value] of Object.entries(upload.fields ?? {})) form.set(name, value);
      form.set('file', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), `${number}.png`);
      const stored = await fetch(upload.url, {
        method: upload.method,
        body: form,
        signal: AbortSignal.timeout(ASK_LIMIT_MS),
      }).catch(() => null);
      if (stored?.ok) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    if (random() < 0.1) count('page closed');
    else await call('POST', upload.complete_url);
    return resource.resource_id;
  }

  async function add(): Promise<void> {
    const number = next_number++;
    const title = `picture ${randomUUID()}`;
    const key = randomUUID();
    const resource_id = await (random() < 0.5 ? addByForm : addByLink)(number, title, key);
    if (resource_id === null) return count('not added');
    count('added');
    ledger.set(resource_id, { resource_id, number, title, wish: 'kept', busy: false });
  }

  const got = async (id: string) => {
    const replied = await call('GET', `/v1/resources/${id}`);
    return replied?.status === 200 ? Seen.parse(replied.body) : null;
  };
  async function act(): Promise<void> {
    const entries = [...ledger.values()].filter(({ busy, wish }) => !busy && wish !== 'removed');
    const entry = entries[Math.floor(random() * entries.length)];
    if (!entry) return;
    entry.busy = true;
    try {
      await actOn(entry);
    } finally {
      entry.busy = false;
    }
  }
  async function actOn(entry: Entry): Promise<void> {
    const { resource_id, wish } = entry;
    const dice = random();
    const path = `/v1/resources/${resource_id}`;
    if (wish === 'trashed') {
      const replied = await call('POST', `${path}/restore`, json({}, { 'idempotency-key': randomUUID() }));
      if (replied?.status === 200) entry.wish = 'kept';
      return count(`restore ${replied?.status ?? 'failed'}`);
    }
    if (dice < 0.6) {
      const title = `picture ${randomUUID()}`;
      const replied = await call(
        'PATCH',
        `${path}/metadata`,
        json({ title }, { 'content-type': 'application/merge-patch+json' }),
      );
      if (replied?.status === 200) entry.title = title;
      return count(`edit ${replied?.status ?? 'failed'}`);
    }
    if (dice < 0.75) {
      const replied = await call('DELETE', path);
      if (replied?.status === 200) entry.wish = 'trashed';
      return count(`trash ${replied?.status ?? 'failed'}`);
    }
    if (dice < 0.8) {
      entry.wish = 'removed';
      const replied = await call('DELETE', `${path}?purge=true`);
      return count(`remove ${replied?.status ?? 'failed'}`);
    }
    const from = dice < 0.9 ? 'ocr' : 'index';
    const replied = await call('POST', `${path}/reprocess`, json({ from }, { 'idempotency-key': randomUUID() }));
    count(`reprocess ${replied?.status ?? 'failed'}`);
  }
  return { ledger, counts, unexpected, call, add, act, got };
}
