/** What the HTTP server needs from outside, and what a route is called with. */
import type { ParameterizedContext } from 'koa';
import type { Logger } from 'pino';
import type { Explanation } from '../contract/explain.ts';
import type { Machine } from '../contract/machines.ts';
import type { MetadataField } from '../contract/metadata.ts';
import type { PartState } from '../contract/parts.ts';
import type { Author } from '../contract/resource.ts';
import type { Role } from '../contract/roles.ts';
import type { RouteName } from '../contract/routes/table.ts';
import type { EngineOrder } from '../contract/steps.ts';
import type { Turned } from '../contract/text.ts';
import type { Clock } from '../runtime/async/clock.ts';
import type { CallbackCounts } from '../runtime/health/callback-counts.ts';
import type { Condition } from '../runtime/health/conditions.ts';
import type { Observer } from '../runtime/health/observer.ts';
import type { Parts } from '../runtime/health/parts.ts';
import type { Pauses } from '../runtime/health/pauses.ts';
import type { ProcessReport } from '../runtime/health/process-report.ts';
import type { Feed } from '../runtime/outbox/feed.ts';
import type { ApiKey } from '../runtime/ports/accounts.ts';
import type { Facts } from '../runtime/ports/facts.ts';
import type { Objects } from '../runtime/ports/objects.ts';
import type { Embedder } from '../runtime/ports/providers.ts';
import type { Rates } from '../runtime/ports/rates.ts';
import type { ResourceRef, Scope } from '../runtime/ports/scope.ts';
import type { SearchIndex } from '../runtime/ports/search-index.ts';
import type { Engine } from '../runtime/resources/engine.ts';
import type { Runs } from '../runtime/runs/runs.ts';
import type { Nearness } from '../runtime/search/nearness.ts';
import type { ByteBudget } from './access/byte-budget.ts';
import type { Leave } from './access/concurrent-requests.ts';
import type { KnownKeys } from './access/known-keys.ts';
import type { HttpLimits } from './limits.ts';
import type { WebFiles } from './web/files.ts';

/** What a link is refused for: a code of the contract. */
export type LinkRejection = { refused: 'BAD_SIGNATURE' | 'LINK_EXPIRED' };
/** `granted_to`: the key that it ends with. */
export type UploadGrant = { key: string; max_bytes: number; content_type: string; granted_to?: string };
export type ReadGrant = { key: string; content_type: string; filename: string; granted_to?: string };
/** The query of a link, as it came: nothing in it is trusted before its signature. */
export type LinkQuery = Readonly<Record<string, string | string[] | undefined>>;

/** The embedded store's own links, which lead to this server. `key`: the path after `/objects/`. */
export interface StoreLinks {
  openUpload(key: string, query: LinkQuery): UploadGrant | LinkRejection;
  openRead(key: string, query: LinkQuery): ReadGrant | LinkRejection;
}

/** Links to calls of the API that need no key. `parts` begin with what the link is for and hold all that it grants, its expiry too. */
export interface SignedLinks {
  /** A signature that fits in a query as it is (base64url). */
  sign(parts: readonly string[]): string;
  /** null: it holds. Times are wall time. */
  verify(parts: readonly string[], signature: string, time: { expires_at: number; now: number }): LinkRejection | null;
  /** null: the store serves its links itself, and `/objects/` is not here. */
  store: StoreLinks | null;
}

/** The store's own notifications: who shows one of `tokens` (a new one and the one before it) may report uploads to `bucket`. */
export type StorageEvents = { tokens: readonly string[]; bucket: string };
/** As it came: `order` and `signature` are of the query. */
export type CallbackAddress = { resource_id: string; task_id: string; order: number; signature: string };
/** `body`: JSON, which nobody has looked at. */
export type CallbackTo = CallbackAddress & { webhook_id: string; body: string };
/** What is known of an address without the body: its work is under way, or was before; unknown: no such picture; forged: not signed by us. */
export type CallbackExpected = 'under_way' | 'earlier' | 'unknown' | 'forged';
/** told: delivered to the job that waits for it; kept: nobody waits for it now; known: it was here before; the others: see CallbackExpected. */
export type CallbackOutcome =
  | { outcome: 'told' | 'kept' | 'known' | 'unknown' | 'forged' }
  | { outcome: 'unusable'; detail: string };
/** What providers call back with. */
export interface Callbacks {
  counts: Pick<CallbackCounts, 'add'>;
  /** Before the body is there: the id of the message if its headers could be those of a signed one, and its time is near ours; else null. */
  idOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | null;
  expected(address: CallbackAddress): Promise<CallbackExpected>;
  /** The id of the message if this body is signed with our secret and its time is near ours; else null. Headers in lower case. */
  verify(body: Uint8Array, headers: Readonly<Record<string, string | string[] | undefined>>): string | null;
  /** Durable when it resolves, whatever is made of it then. */
  receive(to: CallbackTo): Promise<CallbackOutcome>;
}

/** `degraded`: what is wrong though the process can serve: conditions, and parts that are not ok. Absent: nothing is. */
export type Readiness = {
  ready: boolean;
  checks: Record<string, { ok: boolean; state: PartState; detail?: string }>;
  degraded?: readonly Condition[];
};

/** Why a picture can or cannot be found, in this language, and by which parts of the search `q`. null: no such picture in scope. */
export type Explain = (ref: ResourceRef, language: Language, q?: string) => Promise<Explanation | null>;

/** A stored preview, turned clockwise; null where it is gone. `version`: of its bytes. */
export type TurnedPreview = (preview: { key: string; version: string; turned: Turned }) => Promise<Buffer | null>;

export type HttpDeps = {
  engine: Engine;
  facts: Facts;
  objects: Objects;
  links: SignedLinks;
  /** null: no provider was given a secret, so that none calls back. */
  callbacks: Callbacks | null;
  index: SearchIndex;
  embedder: Embedder;
  nearness: Nearness;
  /** Engines of recognition that an order may name now; absent: none. */
  engines?: () => readonly EngineOrder[];
  explain: Explain;
  /** Steps that operators have paused. */
  pauses: Pick<Pauses, 'of' | 'set'>;
  runs: Runs;
  /** What the processes say of themselves. */
  report: Pick<ProcessReport, 'view'>;
  /** The states of the parts, as this process sees them; absent: nobody is told of changes. */
  parts?: Pick<Parts, 'onChange'>;
  /** The machines of this program, drawn when they are first asked for. */
  machines: () => readonly Pick<Machine, 'name' | 'version' | 'hash' | 'graph' | 'layout'>[];
  turnedPreview: TurnedPreview;
  feed: Feed;
  /** What Prometheus is told; absent: the address is none. */
  metrics?: { scrape(): Promise<{ type: string; text: string }> };
  /** Counts requests and readers; absent: nobody does. */
  observer?: Observer;
  clock: Clock;
  log: Logger;
  limits: HttpLimits;
  /** Absent or null: rates are not limited. */
  rates?: Rates | null;
  required_metadata: readonly MetadataField[];
  /** The web app; absent or null: it is not built, and is not served. */
  web?: WebFiles | null;
  /** The origin of links to a store that serves them itself; absent or null: ours does. */
  store_origin?: string | null;
  /** Exact origins, or `*`. */
  cors_origins: readonly string[];
  /** Proxies whose word for a client's address is taken; absent: none. */
  trusted_proxies?: readonly string[];
  /** Where clients reach the service, without a slash at the end. A function, since the port may be known only after listening. */
  public_url: () => string;
  /** Nobody has configured it: it is the address on which the service listens, and a client may reach it by another. */
  public_url_is_guessed?: boolean;
  version: string;
  /** Absent or null: nothing is taken, and the address is none. */
  storage_events?: StorageEvents | null;
  /** From memory: nothing is asked for it. */
  readiness: () => Readiness;
};
/**
 * `stopping` is aborted when the server is asked to stop: long waits end at once. `unverified`: room for bodies whose sender is not known
 * before they are read.
 */
export type RequestDeps = HttpDeps & {
  /** Keys that were used a moment ago, for routes that are answered without the database. */
  known_keys: KnownKeys;
  stopping: AbortSignal;
  unverified: ByteBudget;
  fair: FairUse;
};

export type Language = 'en' | 'zh';
/** `route`: the one that took the request. `address`: the client's. `key_id`, `session_id`: of the key or session that the call came with, or whose link it came by; for the log. `role`: of the key or session. `granted_to`: with which of them links that are given out end. `leave`: it is no longer under way, though not answered yet. */
export type State = {
  request_id: string;
  language: Language;
  address: string;
  route?: RouteName;
  key_id?: string;
  session_id?: string;
  role?: Role;
  /** A page or file of the web app, which no route declares. */
  web?: true;
  granted_to?: string;
  leave?: () => void;
  /** What the handler answered, before it became JSON. */
  reply?: unknown;
};
/** `params`: of the path, decoded. */
export type KoaContext = ParameterizedContext<State, { params: Record<string, string> }>;

/** On whose behalf a call is: everything it reads and writes is in `scope`. */
export type Caller = { scope: Scope; by: Author };
/** `key_id`, `session_id`: one of them is null. */
export type Access = Pick<ApiKey, 'user_id' | 'role' | 'installation'> & { key_id: string | null; session_id: string | null };
/** Who shows an API key, or the cookie of a session. */
export type KeyCaller = Caller & { key: Access };

export type PublicRequest = { ctx: KoaContext; deps: RequestDeps };
export type AuthenticatedRequest = PublicRequest & { caller: Caller };
export type KeyRequest = PublicRequest & { caller: KeyCaller };

/** What is known of a request before any route takes it. */
export type EarlyContext = Pick<KoaContext, 'state' | 'set'>;

export type FairUse = {
  /** Of a caller who needs no key. */
  open(ctx: KoaContext, name: RouteName, work: () => Promise<void>): Promise<void>;
  /** Of a key or session that holds. */
  keyed(ctx: KoaContext, name: RouteName, work: () => Promise<void>): Promise<void>;
  /** Points of such a caller beyond those that the headers of its request showed; throws when it has too few. */
  more(ctx: KoaContext, points: number): Promise<void>;
  /** Whoever was refused before he was known; throws when his address was refused too often. */
  refused(ctx: EarlyContext): Promise<void>;
  /** A long wait, during which nothing else of the request is under way; null: too many of this caller wait. */
  wait(ctx: KoaContext): Leave | null;
  /** Throws when this caller has too many. */
  reader(ctx: KoaContext): Leave;
};
