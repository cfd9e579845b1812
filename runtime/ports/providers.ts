import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { Word } from '../../contract/text.ts';
import type { Available } from './reachable.ts';

/** An upright picture, decoded once by us: PNG bytes with these pixels. */
export type PictureToRead = { png: Uint8Array; page: number; width: number; height: number };

export type PageRead = { text: string; confidence: number; words: Word[] };

/** What became of work that a provider took. `unknown`: it never heard of it. */
export type Asked =
  | { status: 'done'; output: Json }
  | { status: 'working' }
  | { status: 'failed'; failure: ServiceFailure }
  | { status: 'unknown' };

/** What a provider calls the work that it has taken. */
export type Ticket = { provider_job_id: string };

/** Of which run of which work something is; see work-id.ts. */
export type WorkIdentity = { resource_id: string; task_id: string; work_id: string };

/** What became of pictures that a remote engine took, before it is the output of a step. */
export type RecogniserAsked = { status: 'done'; pages: (PageRead & { page: number })[] } | Exclude<Asked, { status: 'done' }>;

/** An engine that takes work, is asked about it, and may call back. All throw ServiceError: PROVIDER_UNAVAILABLE while it is away. */
export interface RemoteRecogniser {
  /**
   * Idempotent by `work_id`: work that is under way or done is found again, and `pages` is not called; work that failed begins anew.
   * `languages`: of the text, as far as somebody said (BCP 47). `order`: goes into the address to call back.
   */
  submit(
    work: WorkIdentity & { org_id: string; order: number; languages: string[]; pages(): Promise<PictureToRead[]> },
    signal: AbortSignal,
  ): Promise<Ticket>;
  /** By its ticket, or without one by its work. Throws PROVIDER_BAD_RESULT for an answer that names other work. */
  ask(of: WorkIdentity & { provider_job_id: string | null }, signal: AbortSignal): Promise<RecogniserAsked>;
  /** What the body of a callback (JSON) says, and of which work by its own words. Throws PROVIDER_BAD_RESULT for what is not of the protocol. */
  read(body: string): Promise<Ticket & { names: Partial<WorkIdentity>; asked: RecogniserAsked }>;
}

/** Reads words off one picture. A hard time limit of its own; one bad picture can't hurt the next. Throws ServiceError. */
export interface Recogniser extends Available {
  readonly engine: string;
  /** Present where the engine works apart from this process; then work is given to it, and `recognise` is not called. */
  readonly remote?: RemoteRecogniser;
  /** `owner`: the organisation on whose behalf it is read; where pages wait, organisations take turns. Without it all are of one. */
  recognise(picture: PictureToRead, signal: AbortSignal, owner?: string): Promise<PageRead>;
  /** Ready to read; rejects when it can't be (say, no language data). */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Turns text into unit vectors of a fixed dimension, one for each text, in order. Throws ServiceError. */
export interface Embedder extends Available {
  readonly model: string;
  readonly dimension: number;
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
}
