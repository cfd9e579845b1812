/** Rows and changes for tests of the facts: whole and plausible, each field said only where the test is about it. */
import assert from 'node:assert/strict';
import type { Json } from '../../contract/json.ts';
import { type Metadata, NO_METADATA } from '../../contract/metadata.ts';
import type { Instance } from '../../machines/interpreter.ts';
import type { Change, Facts, FactWrite } from '../../runtime/ports/facts.ts';
import type { OutboxMessage } from '../../runtime/ports/outbox.ts';
import type { ResourceColumns } from '../../runtime/ports/resources.ts';

/** `facts()` is new and empty for each test. */
export type World = { facts(): Facts };

/** Commits, and throws unless each change was. */
export async function commit(facts: Facts, ...changes: Change[]): Promise<void> {
  for (const answer of await facts.commit(changes)) assert.deepEqual(answer, { outcome: 'committed' });
}

export const ORG = 'org-a';
export const OTHER = 'org-b';
export const AT = 1_790_000_000_000;

export function instance(seq: number, parts: Partial<Instance> = {}): Instance {
  const snapshot = { value: { pipeline: 'queued' }, context: { revision: seq }, status: 'active' };
  return { machine: 'resource', version: '1', seq, snapshot, jobs: {}, timers: {}, ...parts };
}

export const job = (token: string) => ({ src: 'ocr', input: { n: 1 }, token, since: AT, accepted: null });

export function resource(resource_id: string, seq: number, parts: Partial<ResourceColumns> = {}): ResourceColumns {
  return {
    ...{
      resource_id,
      org_id: ORG,
      user_id: 'user',
      key_id: null,
      batch_id: null,
      status: 'READY_FOR_OCR',
      phase: 'working',
      seq,
      revision: 1,
    },
    ...{ indexed_revision: null, has_vector: false, viewable: true, searchable: false, rests: false, described: true },
    ...{
      allowed_events: ['TRASH'],
      deadline_at: null,
      failure: null,
      filename: 'r.jpg',
      content_type: 'image/jpeg',
      byte_size: 1,
    },
    ...{
      sha256: null,
      original_key: null,
      recognition_id: null,
      correction_id: null,
      text_id: null,
      page_count: null,
      width: null,
    },
    ...{
      height: null,
      engine: null,
      page_sizes: null,
      turns: null,
      file_taken_at: null,
      remarks: [],
      byte_claim: null,
      kept: false,
      reading: { own_text: null },
      created_at: AT,
      updated_at: AT,
      uploaded_at: null,
      indexed_at: null,
      indexed_in: null,
      waits_since: null,
    },
    ...parts,
  };
}

type Parts = Partial<Omit<Change, 'resource' | 'instance'>> & {
  resource?: Partial<ResourceColumns>;
  instance?: Partial<Instance>;
};

/** A change that makes the instance (expected_seq null) or moves it from `expected_seq` to the next. */
export function change(instance_id: string, parts: Parts = {}): Change {
  const { org_id = ORG, expected_seq = null, resource: columns, instance: moved, ...rest } = parts;
  const seq = (expected_seq ?? 0) + 1;
  const by = { kind: 'worker', id: null } as const;
  const journal = {
    at: AT,
    event: 'done ocr',
    from: 'INIT',
    to: 'OCR_DONE',
    revision: 1,
    by,
    request_id: null,
    failure: null,
    run: null,
  };
  return {
    ...{ commit_id: `${instance_id}-${seq}`, instance_id, org_id, expected_seq, next_due_at: null },
    ...{ instance: instance(seq, moved), resource: resource(instance_id, seq, { org_id, ...columns }) },
    ...{ writes: [], journal, outbox: [message(`${instance_id}-${seq}`)], ...rest },
  };
}

export const message = (id: string, payload: Json = { id }): OutboxMessage => ({ id, type: 'resource.changed', at: AT, payload });

export const metadata = (parts: Partial<Metadata> = {}): Metadata => ({ ...NO_METADATA, ...parts });

/** A row of every fact of a resource, with ids made of `n`. */
export function everyFact(resource_id: string, n: string, org_id = ORG): FactWrite[] {
  const owned = { resource_id, org_id, at: AT };
  const words = [{ text: '托', confidence: 0.9, x: 0, y: 0.1, w: 0.2, h: 0.3 }];
  const pages = [{ page: 1, width: 10, height: 20, text: '托底 😀', confidence: 0.9, words }];
  const saved = {
    ...{ title: '标题', description: null, tags: ['一'], taken_at: null, filename: 'r.jpg', batch_id: null, created_at: AT },
    pages: [{ page: 1, text: '托底 😀' }],
  };
  const made_of = { recognition_id: `recognition-${n}`, correction_id: null };
  return [
    { into: 'metadata', row: { ...owned, metadata: metadata({ title: `title ${n}`, tags: ['一', n] }) } },
    { into: 'recognitions', row: { ...owned, recognition_id: `recognition-${n}`, engine: 'tesseract 5', pages } },
    {
      into: 'corrections',
      row: { ...owned, correction_id: `correction-${n}`, by: { kind: 'user', id: 'u' }, pages: [{ page: 1, text: null }] },
    },
    { into: 'texts', row: { ...owned, text_id: `text-${n}`, revision: 1, ...made_of, saved } },
    {
      into: 'embeddings',
      row: {
        ...owned,
        embedding_id: `embedding-${n}`,
        text_id: `text-${n}`,
        model: 'm',
        passages: [Float32Array.of(0.5, -1), Float32Array.of(3e-9, 1)],
      },
    },
  ];
}
