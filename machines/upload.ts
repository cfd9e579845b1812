/**
 * One file on its way in, from being chosen to having been seen by the service. It runs in the browser: its steps are run by the queue of
 * the tab that sends (web/add/queue.ts), which gives each file its turn; what is stored of it between two tabs is its context and the name
 * of its state. `turn`: a state in which the queue, or the service by its events, says what comes next.
 */
import { assign, fromPromise, setup } from 'xstate';

/** Why a file is not taken: a code of ours or of the API, with its sentence from the service, which may be empty. */
export type Cause = { code: string; detail: string };
export type UploadContext = {
  byte_size: number;
  sha256: string | null;
  /** The picture that it is or was announced as; null: not announced yet. */
  resource_id: string | null;
  /** When the picture with the same bytes came in; null: there is none. */
  since: string | null;
  /** Turns that ended without an answer since the last one that had one. */
  losses: number;
  cause: Cause | null;
  /** Its state when it was stored; null: it was just chosen. */
  was: UploadState | null;
};
export type UploadState =
  | 'chosen'
  | 'checking'
  | 'hashing'
  | 'waiting'
  | 'announcing'
  | 'sending'
  | 'telling'
  | 'watching'
  | 'in'
  | 'already'
  | 'refused'
  | 'left_out';
/** SEEN: the status of its picture, as the service told it. */
export type UploadEvent =
  | { type: 'CHECK' }
  | { type: 'SEND' }
  | { type: 'PAUSE' }
  | { type: 'SEEN'; status: string; cause: Cause | null }
  | { type: 'RETRY' }
  | { type: 'LEAVE_OUT' };

/** received: the service had its bytes before. */
export type Announced = { resource_id: string; found: 'link' | 'received' | 'duplicate'; since: string };
/** lost: no answer came. link_over: the link is used up or too old. */
export type StepError = { kind: 'lost' | 'link_over' | 'refused'; cause: Cause };
export type StepInput = { context: UploadContext };

const never = () => Promise.reject(new Error('the queue provides what is run'));
const outputOf = <Output>(event: object) => (event as { output: Output }).output; // made by XState of the step's own result
/** Whatever a step throws that is none of these is a fault of the page, and ends the file with its message. */
export function errorOf(event: object): StepError {
  const { error } = event as { error: unknown };
  if (typeof error === 'object' && error !== null && 'kind' in error && 'cause' in error) return error as StepError;
  return { kind: 'refused', cause: { code: 'UNEXPECTED', detail: String(error) } };
}

/** What another try can't change. */
const FINAL_CAUSES = new Set(['EMPTY', 'TOO_LARGE', 'NOT_A_PICTURE', 'FILE_GONE', 'REJECTED']);
const MAX_LINKS = 3;

export const uploadMachine = setup({
  types: {} as { context: UploadContext; events: UploadEvent; input: UploadContext; tags: 'rest' | 'turn' | 'reads' | 'sends' },
  actors: {
    check: fromPromise<Cause | null, StepInput>(never),
    hash: fromPromise<string, StepInput>(never),
    announce: fromPromise<Announced, StepInput>(never),
    send: fromPromise<void, StepInput>(never),
    report: fromPromise<string, StepInput>(never),
  },
  guards: {
    was: ({ context }, states: readonly UploadState[]) => context.was !== null && states.includes(context.was),
    isHashed: ({ context }) => context.sha256 !== null,
    isUnfit: ({ event }) => outputOf<Cause | null>(event) !== null,
    isDuplicate: ({ event }) => outputOf<Announced>(event).found === 'duplicate',
    isReceived: ({ event }) => outputOf<Announced>(event).found === 'received',
    isLost: ({ event }) => errorOf(event).kind === 'lost',
    isLinkOver: ({ context, event }) => errorOf(event).kind === 'link_over' && context.losses < MAX_LINKS,
    isAwaited: ({ event }) => event.type === 'SEEN' && event.status === 'AWAITING_UPLOAD',
    isRejected: ({ event }) => event.type === 'SEEN' && event.status === 'REJECTED',
    mayHelp: ({ context }) => context.cause !== null && !FINAL_CAUSES.has(context.cause.code),
  },
  actions: {
    keepUnfit: assign({ cause: ({ event }) => outputOf<Cause | null>(event) }),
    keepHash: assign({ sha256: ({ event }) => outputOf<string>(event) }),
    keepPicture: assign({
      resource_id: ({ event }) => outputOf<Announced>(event).resource_id,
      since: ({ event }) => (outputOf<Announced>(event).found === 'duplicate' ? outputOf<Announced>(event).since : null),
      losses: 0,
    }),
    countLoss: assign({ losses: ({ context }) => context.losses + 1 }),
    keepCause: assign({ cause: ({ event }) => errorOf(event).cause }),
    keepRejection: assign({ cause: ({ event }) => (event.type === 'SEEN' ? event.cause : null) }),
    beginAgain: assign({ cause: null, losses: 0 }),
  },
}).createMachine({
  id: 'upload',
  version: '1',
  context: ({ input }) => input,
  initial: 'resuming',
  on: { LEAVE_OUT: { target: '.left_out' } },
  states: {
    /** After another tab was closed: a file that was on its way is announced again, which finds out how far it came. */
    resuming: {
      always: [
        { guard: { type: 'was', params: ['in'] }, target: 'in' },
        { guard: { type: 'was', params: ['already'] }, target: 'already' },
        { guard: { type: 'was', params: ['refused'] }, target: 'refused' },
        { guard: { type: 'was', params: ['watching'] }, target: 'watching' },
        { guard: 'isHashed', target: 'waiting' },
        { target: 'chosen' },
      ],
    },
    chosen: { tags: 'turn', on: { CHECK: { target: 'checking' } } },
    checking: {
      tags: 'reads',
      invoke: {
        id: 'check',
        src: 'check',
        input: ({ context }) => ({ context }),
        onDone: [{ guard: 'isUnfit', target: 'refused', actions: 'keepUnfit' }, { target: 'hashing' }],
        onError: { target: 'refused', actions: 'keepCause' },
      },
    },
    hashing: {
      tags: 'reads',
      invoke: {
        id: 'hash',
        src: 'hash',
        input: ({ context }) => ({ context }),
        onDone: { target: 'waiting', actions: 'keepHash' },
        onError: { target: 'refused', actions: 'keepCause' },
      },
    },
    waiting: { tags: 'turn', on: { SEND: { target: 'announcing' } } },
    announcing: {
      tags: 'sends',
      on: { PAUSE: { target: 'waiting' } },
      invoke: {
        id: 'announce',
        src: 'announce',
        input: ({ context }) => ({ context }),
        onDone: [
          { guard: 'isDuplicate', target: 'already', actions: 'keepPicture' },
          { guard: 'isReceived', target: 'watching', actions: 'keepPicture' },
          { target: 'sending', actions: 'keepPicture' },
        ],
        onError: [
          { guard: 'isLost', target: 'waiting', actions: 'countLoss' },
          { target: 'refused', actions: 'keepCause' },
        ],
      },
    },
    sending: {
      tags: 'sends',
      on: { PAUSE: { target: 'waiting' } },
      invoke: {
        id: 'send',
        src: 'send',
        input: ({ context }) => ({ context }),
        onDone: { target: 'telling' },
        onError: [
          { guard: 'isLost', target: 'waiting', actions: 'countLoss' },
          { guard: 'isLinkOver', target: 'announcing', actions: 'countLoss' },
          { target: 'refused', actions: 'keepCause' },
        ],
      },
    },
    telling: {
      tags: 'sends',
      invoke: {
        id: 'report',
        src: 'report',
        input: ({ context }) => ({ context }),
        onDone: { target: 'watching' },
        onError: [
          { guard: 'isLost', target: 'waiting', actions: 'countLoss' },
          { target: 'refused', actions: 'keepCause' },
        ],
      },
    },
    watching: {
      tags: 'turn',
      on: {
        SEEN: [{ guard: 'isAwaited' }, { guard: 'isRejected', target: 'refused', actions: 'keepRejection' }, { target: 'in' }],
      },
    },
    in: { tags: 'rest', on: { SEEN: { guard: 'isRejected', target: 'refused', actions: 'keepRejection' } } },
    already: { tags: 'rest' },
    refused: { tags: 'rest', on: { RETRY: { guard: 'mayHelp', target: 'resumed', actions: 'beginAgain' } } },
    resumed: { always: [{ guard: 'isHashed', target: 'waiting' }, { target: 'chosen' }] },
    left_out: { type: 'final' },
  },
});

export const isFinal = (cause: Cause | null): boolean => cause !== null && FINAL_CAUSES.has(cause.code);
