import type { ServiceFailure } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { EngineOrder } from '../../contract/steps.ts';
import type { Turned, Word } from '../../contract/text.ts';
import type { Available } from './reachable.ts';

/** An upright picture, decoded once by us: PNG bytes with these pixels. by: the engine that was ordered; absent: the recogniser chooses. */
export type PictureToRead = { png: Uint8Array; page: number; width: number; height: number; by?: EngineOrder };

/**
 * turned: how far clockwise the picture had to be turned to be read; absent: not at all. Places are of the picture as it was given.
 * lacks_signs: beside a number is a sign that the engine could not read; not kept.
 * looks_written: there is ink like writing on it; known of a picture without text alone, and not by every engine.
 * engine: which one read it, where a recogniser has several; absent: the one that it is named by. second_engine: read it as well, and was
 * less sure.
 */
export type PageRead = {
  text: string;
  confidence: number;
  words: Word[];
  turned?: Turned;
  looks_written?: boolean;
  lacks_signs?: boolean;
  engine?: string;
  second_engine?: string;
};

/** The status of work at a provider. `unknown`: the provider does not know it. */
export type Asked =
  | { status: 'done'; output: Json }
  | { status: 'working' }
  | { status: 'failed'; failure: ServiceFailure }
  | { status: 'unknown' };

/** The provider's id of the work that it has accepted. */
export type Ticket = { provider_job_id: string };

/** Identifies a run and its work; see work-id.ts. */
export type WorkIdentity = { resource_id: string; task_id: string; work_id: string };

/** The status of pictures at a remote engine, before it is the output of a step. */
/** failure: of a page that the engine has given up; its text is empty. */
export type RemotePage = PageRead & { page: number; failure?: ServiceFailure };
export type RecogniserAsked = { status: 'done'; pages: RemotePage[] } | Exclude<Asked, { status: 'done' }>;

/** An engine with asynchronous jobs: submit, status queries, and callbacks. All throw ServiceError: PROVIDER_UNAVAILABLE while unavailable. */
export interface RemoteRecogniser {
  /**
   * Idempotent by `work_id`: work that is under way or done is found again, and `pages` is not called; work that failed begins anew.
   * `languages`: of the text, as far as known (BCP 47). `order`: goes into the callback address.
   */
  submit(
    work: WorkIdentity & { org_id: string; order: number; languages: string[]; pages(): Promise<PictureToRead[]> },
    signal: AbortSignal,
  ): Promise<Ticket>;
  /** Queries by ticket, or without one by work. Throws PROVIDER_BAD_RESULT for a response that names other work. */
  ask(of: WorkIdentity & { provider_job_id: string | null }, signal: AbortSignal): Promise<RecogniserAsked>;
  /** Parses the body of a callback (JSON) and the work that it names. Throws PROVIDER_BAD_RESULT for a body outside the protocol. */
  read(body: string): Promise<Ticket & { names: Partial<WorkIdentity>; asked: RecogniserAsked }>;
}

/** Reads words off one picture. A hard time limit of its own; one bad picture can't hurt the next. Throws ServiceError. */
export interface Recogniser extends Available {
  readonly engine: string;
  /** Those that an order may name; absent: none. One that fails all the same is stood in for by another. */
  readonly orderable?: readonly EngineOrder[];
  /** Present where the engine works apart from this process; then work is given to it, and `recognise` is not called. */
  readonly remote?: RemoteRecogniser;
  /** `owner`: the organisation on whose behalf it is read; where pages wait, organisations take turns. Without it all are of one. */
  recognise(picture: PictureToRead, signal: AbortSignal, owner?: string): Promise<PageRead>;
  /** Resolves when ready to read; rejects when it can't be (for example without language data). */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Turns text into unit vectors of a fixed dimension, one for each text, in order. Throws ServiceError. */
export interface Embedder extends Available {
  readonly model: string;
  /** 0: no embedder is configured, and nothing has a vector. */
  readonly dimension: number;
  /** What goes into one vector, as estimated (text/passages.ts); absent: as many as a passage usually has. */
  readonly passage_tokens?: number;
  /** `as`: some models are told which a text is; absent: a passage. */
  embed(texts: string[], signal: AbortSignal, as?: EmbeddedAs): Promise<Float32Array[]>;
  /** Absent: nothing of it is in this process. */
  close?(): Promise<void>;
}
/** What is searched for, or what is found by it. */
export type EmbeddedAs = 'query' | 'passage';

/** No embedder is configured. */
export const isAbsent = ({ dimension }: Pick<Embedder, 'dimension'>): boolean => dimension === 0;
