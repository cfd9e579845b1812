/** Announces a file: the service names its picture and gives a link, or says that it has the bytes already. */
import type { MetadataPatch } from '../../../contract/metadata.ts';
import type { Resource, Upload } from '../../../contract/resource.ts';
import type { Announced, StepError } from '../../../machines/upload.ts';
import { api } from '../../api/api.ts';
import { isUnreachable, Refused } from '../../api/refused.ts';
import { putPictures } from '../../stores/pictures.ts';

export type Announcement = {
  resource_id: string | null;
  filename: string;
  content_type: string;
  byte_size: number;
  sha256: string;
  batch_id: string;
  metadata: MetadataPatch;
};
/** described: the picture was made with this metadata. link: of a picture whose bytes are awaited. */
export type Announcing = Announced & { described: boolean; link: Upload | null };

const MAX_NAME = 255;
/** A name that the API takes: the end of one that is too long, which has the extension. */
const cleanName = (name: string): string => name.replace(/[\p{Cc}/\\]/gu, '_').slice(-MAX_NAME) || '_';

/** Rejects with a StepError. */
export async function announce(wanted: Announcement, signal: AbortSignal): Promise<Announcing> {
  try {
    const known = wanted.resource_id === null ? null : await again(wanted.resource_id, signal);
    return known ?? (await create(wanted, signal));
  } catch (error) {
    throw stepError(error);
  }
}

/** A fresh link for a picture that was announced before. null: it is gone. */
async function again(resource_id: string, signal: AbortSignal): Promise<Announcing | null> {
  const params = { resource_id };
  try {
    const { body } = await api.issue_upload_link({ params, signal });
    return said(body.resource, { found: 'link', link: body.upload, described: false });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 404) return null;
    if (error.status !== 409) throw error;
  }
  const { body } = await api.get_resource({ params, signal });
  return body.phase === 'gone' ? null : said(body, { found: 'received', link: null, described: false });
}

async function create({ resource_id: _, ...body }: Announcement, signal: AbortSignal): Promise<Announcing> {
  const answer = await api.create_resource({ body: { ...body, filename: cleanName(body.filename) }, signal });
  const { resource, upload = null } = answer.body;
  const described = answer.status === 201;
  return said(resource, { found: upload === null ? 'duplicate' : 'link', link: upload, described });
}

function said(resource: Resource, more: Pick<Announcing, 'found' | 'link' | 'described'>): Announcing {
  putPictures([resource]);
  return { resource_id: resource.resource_id, since: resource.created_at, ...more };
}

/** Refused for now: the service asks to come back later. */
const LATER = new Set([401, 408, 425, 429]);
export function stepError(error: unknown): StepError {
  if (error instanceof Refused && !isUnreachable(error)) {
    const cause = { code: error.code, detail: error.message };
    return { kind: LATER.has(error.status) || error.status >= 500 ? 'lost' : 'refused', cause };
  }
  return { kind: 'lost', cause: { code: 'LOST', detail: String(error) } };
}
