/** A form with a file: its fields are checked, then its bytes are stored under `incoming/`, where an upload link would have put them. */
import { incomingPrefix } from '../../contract/object-keys.ts';
import { announcedType, CreateForm } from '../../contract/resource.ts';
import { type StoredObject, TooManyBytes } from '../../runtime/ports/objects.ts';
import type { KeyRequest } from '../context.ts';
import { tooLarge } from '../problems/problems.ts';
import { parseJson } from './body.ts';
import { type FilePart, receiveForm } from './multipart.ts';
import { nonEmptyStream } from './non-empty-stream.ts';
import { announcedBytes, withRoom } from './room.ts';
import { validate } from './validate.ts';

/** resource_id: of the picture that the bytes are stored for. keep: they are not removed at the end. */
export type ReceivedFile = {
  resource_id: string;
  fields: CreateForm;
  filename: string;
  content_type: string;
  stored: StoredObject;
  keep: () => void;
};

/** Removes what was stored unless `work` keeps it: it was refused, or the bytes are in already. */
export async function withReceivedFile<Value>(call: KeyRequest, work: (file: ReceivedFile) => Promise<Value>): Promise<Value> {
  const { deps, caller } = call;
  const resource_id = deps.clock.newId();
  const prefix = incomingPrefix({ org_id: caller.scope.org_id, resource_id });
  let is_kept = false;
  const keep = () => {
    is_kept = true;
  };
  try {
    const received = await receiveForm(call, (part) => storeFile(call, prefix, part));
    return await work({ ...received, resource_id, keep });
  } finally {
    if (!is_kept) await deps.objects.removePrefix(prefix);
  }
}

/** The fields are checked before the first byte is stored. `content_type` is a claim: `inspect` looks for itself. */
async function storeFile(call: KeyRequest, prefix: string, { fields: raw, filename, content_type, bytes }: FilePart) {
  const { clock, limits, objects } = call.deps;
  const fields = fieldsOf(call, raw);
  if (fields.metadata?.title == null) fields.metadata = { ...fields.metadata, title: filename };
  try {
    const put = () => objects.put(prefix + clock.newId(), nonEmptyStream(bytes, '/file'), limits.max_bytes);
    const stored = await withRoom(objects, announcedBytes(call, limits.max_bytes), put);
    return { fields, filename, content_type: announcedType(content_type), stored };
  } catch (error) {
    throw error instanceof TooManyBytes ? tooLarge(limits) : error;
  }
}

function fieldsOf({ ctx, deps }: KeyRequest, raw: ReadonlyMap<string, string>): CreateForm {
  const { limits } = deps;
  const values = new Map<string, unknown>(raw);
  const metadata = raw.get('metadata');
  if (metadata !== undefined) values.set('metadata', parseJson(Buffer.from(metadata), limits));
  return validate(CreateForm, Object.fromEntries(values), { language: ctx.state.language, max_errors: limits.max_errors });
}
