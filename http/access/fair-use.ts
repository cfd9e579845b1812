/**
 * What one caller may use, so that the others are served as if he were not there: rates by key and by address, requests under way, waits
 * and readers of events. Who shows a key or a link that holds is never refused for what others at his address do with none.
 *
 * The rates are reported by `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
 */

import { isIPv6 } from 'node:net';
import { Problem, type ProblemCode } from '../../contract/problems.ts';
import { FORM_TYPE } from '../../contract/routes/shared.ts';
import type { RouteName } from '../../contract/routes/table.ts';
import { MAX_HITS } from '../../contract/search.ts';
import type { RatePolicy } from '../../runtime/ports/rates.ts';
import type { EarlyContext, FairUse, HttpDeps, KoaContext } from '../context.ts';
import { mediaType } from '../request/body.ts';
import { type ConcurrencyLimit, limitRequests } from './concurrent-requests.ts';

/** Points of calls that cost much more than the others: an index is asked, or a picture goes through steps. See `pointsOf`. */
const POINTS: Partial<Record<RouteName, number>> = {
  search: 5,
  explain_resource: 5,
  get_machine: 5,
  group_resources: 5,
  patch_text: 5,
  reprocess_resource: 5,
};
/** Points of a form with a file, which goes through all steps. */
const FORM_POINTS = 5;
/** Never refused for what others do: whoever watches the service would take it down. */
const PROBES: ReadonlySet<RouteName> = new Set(['healthz', 'readyz']);
/** Points of an address for a request that shows no key or link that holds, once it was refused. */
const REFUSED_POINTS = 5;

export function createFairUse({ rates = null, limits, log }: Pick<HttpDeps, 'rates' | 'limits' | 'log'>): FairUse {
  const by_key: RatePolicy = { name: 'key', points: limits.key_points, window_s: limits.rate_window_s };
  const by_address: RatePolicy = { name: 'address', points: limits.address_points, window_s: limits.rate_window_s };
  const max_waiting = limits.max_requests_waiting;
  const kinds: Record<'search' | 'upload' | 'other', ConcurrencyLimit> = {
    search: limitRequests({ max: limits.max_searches_under_way, max_waiting }),
    upload: limitRequests({ max: limits.max_uploads_under_way, max_waiting }),
    other: limitRequests({ max: limits.max_requests_under_way, max_waiting }),
  };
  const waits = limitRequests({ max: limits.max_waits, max_waiting: 0 });
  const readers = limitRequests({ max: limits.max_event_readers, max_waiting: 0 });

  async function spend(ctx: EarlyContext, policy: RatePolicy, subject: string, points: number): Promise<void> {
    const spent = await rates?.spend(policy, subject, points).catch((error: unknown) => {
      log.warn(
        { event: 'rate_limit.not_counted', err: error },
        'could not count a request against its rate limit; letting it pass',
      );
      return null;
    });
    if (!spent) return;
    const reset_s = Math.ceil(spent.reset_ms / 1_000);
    ctx.set('ratelimit-policy', `"${policy.name}";q=${policy.points};w=${policy.window_s}`);
    ctx.set('ratelimit', `"${policy.name}";r=${spent.remaining};t=${reset_s}`);
    if (spent.is_over) throw tooMany(policy === by_key ? 'TOO_MANY_REQUESTS' : 'TOO_MANY_REQUESTS_BY_ADDRESS', reset_s);
  }
  async function admitted(ctx: KoaContext, at: ConcurrencyLimit, subject: string, work: () => Promise<void>): Promise<void> {
    const disconnected = new AbortController();
    const close = () => disconnected.abort(tooMany('TOO_MANY_UNDER_WAY', limits.retry_after_s));
    ctx.res.once('close', close);
    try {
      const leave = await at.enter(subject, disconnected.signal);
      if (!leave) throw tooMany('TOO_MANY_UNDER_WAY', limits.retry_after_s);
      ctx.state.leave = leave;
      await work().finally(leave);
    } finally {
      ctx.res.off('close', close);
    }
  }
  return {
    async open(ctx, name, work) {
      const subject = addressSubject(ctx);
      if (!PROBES.has(name)) await spend(ctx, by_address, subject, 1);
      await admitted(ctx, name === 'put_object' ? kinds.upload : kinds.other, subject, work);
    },
    async keyed(ctx, name, work) {
      const subject = callerSubject(ctx);
      await spend(ctx, by_key, subject, Math.min(pointsOf(ctx, name, limits), by_key.points)); // all there are, at most
      const kind = name === 'search' ? 'search' : mediaType(ctx) === FORM_TYPE ? 'upload' : 'other';
      await admitted(ctx, kinds[kind], subject, work);
    },
    more: (ctx, points) => spend(ctx, by_key, callerSubject(ctx), Math.min(points, by_key.points)),
    refused: (ctx) => spend(ctx, by_address, addressSubject(ctx), REFUSED_POINTS),
    wait(ctx) {
      const leave = waits.tryEnter(callerSubject(ctx));
      if (leave) ctx.state.leave?.();
      return leave;
    },
    reader(ctx) {
      const leave = readers.tryEnter(callerSubject(ctx));
      if (!leave) throw tooMany('TOO_MANY_EVENT_READERS', limits.retry_after_s);
      return leave;
    },
  };
}

/** By what the headers announce: they are all that is read of a request that is refused. */
function pointsOf(ctx: KoaContext, name: RouteName, limits: HttpDeps['limits']): number {
  const points = POINTS[name] ?? 1;
  if (name === 'search') {
    const hits = Math.min(Number(new URLSearchParams(ctx.querystring).get('limit')) || 0, MAX_HITS);
    return Math.max(points, Math.ceil(hits / limits.hits_a_point));
  }
  if (mediaType(ctx) === FORM_TYPE) return FORM_POINTS;
  const { 'content-length': length = '0', 'transfer-encoding': coding } = ctx.req.headers;
  const bytes = coding === undefined ? Math.min(Number(length), limits.max_json_bytes) : limits.max_json_bytes;
  return points + Math.floor(bytes / limits.body_bytes_a_point);
}

const callerSubject = (ctx: EarlyContext): string => ctx.state.key_id ?? ctx.state.session_id ?? addressSubject(ctx);

/** Of IPv6 the network: whoever has one address has 2⁶⁴ of them. */
function addressSubject({ state: { address } }: EarlyContext): string {
  if (!isIPv6(address)) return address;
  const [before = '', after = ''] = address.split('::');
  const [head, tail] = [before, after].map((part) => (part === '' ? [] : part.split(':')));
  const missing = address.includes('::') ? 8 - (head?.length ?? 0) - (tail?.length ?? 0) : 0;
  const groups = [...(head ?? []), ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

const WORDS = {
  TOO_MANY_REQUESTS: {
    en: 'This key was used more often than it may be; nothing was done. Wait as long as Retry-After says, then go on.',
    zh: '该密钥的请求超过上限，本次未执行。请按 Retry-After 等待后继续。',
  },
  TOO_MANY_REQUESTS_BY_ADDRESS: {
    en: 'Too many requests without a key or link that holds came from this address. Wait as long as Retry-After says, or use a key.',
    zh: '来自该地址的无有效密钥或链接的请求过多。请按 Retry-After 等待，或使用密钥。',
  },
  TOO_MANY_UNDER_WAY: {
    en: 'Too many requests of this caller are under way at once; nothing was done. Wait for some of them, then send this again.',
    zh: '该调用方同时进行的请求过多，本次未执行。请等其中一些完成后重试。',
  },
  TOO_MANY_EVENT_READERS: {
    en: 'This key reads events on as many connections as it may. Close one, or share one between those who need it.',
    zh: '该密钥的事件订阅连接已达上限。请关闭一个，或共用一个连接。',
  },
  TOO_MANY_WAITS: {
    en: 'Too many requests of this caller wait for pictures. Ask without `Prefer: wait`, or follow `GET /v1/events`.',
    zh: '该调用方等待中的请求过多。请不带 `Prefer: wait` 查询，或改用 `GET /v1/events`。',
  },
} as const satisfies Partial<Record<ProblemCode, { en: string; zh: string }>>;

export const tooMany = (code: keyof typeof WORDS, retry_after_s: number): Problem =>
  new Problem(code, WORDS[code], { headers: { 'retry-after': String(Math.max(1, retry_after_s)) } });
