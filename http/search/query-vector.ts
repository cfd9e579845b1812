/** The vector of what a person typed. */
import { Problem } from '../../contract/problems.ts';
import type { SearchMode } from '../../contract/search.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import { isAbsent } from '../../runtime/ports/providers.ts';
import type { Near } from '../../runtime/search/lower-tiers.ts';
import type { KeyRequest } from '../context.ts';

/** null without an embedder, or when it can't be had in time: a hybrid search goes on without it; one by vector alone is 422, or 503. */
export async function queryVector(
  { ctx, deps }: KeyRequest,
  { text, mode }: { text: string; mode: SearchMode },
): Promise<Float32Array | null> {
  const { clock, embedder, limits, log } = deps;
  if (isAbsent(embedder)) {
    if (mode !== 'vector') return null;
    throw new Problem('INVALID', {
      en: 'No embedder is configured, so nothing can be found by its vector. Search with `mode=text` or `mode=hybrid`.',
      zh: '未配置向量服务，无法按向量搜索。请改用 `mode=text` 或 `mode=hybrid`。',
    });
  }
  const late = () => new Error('the query was not embedded in time');
  try {
    const bounds = { clock, limit_ms: limits.search_embed_ms, onTimeout: late };
    const [vector] = await withTimeout(bounds, (signal) => embedder.embed([text], signal, 'query'));
    if (!vector) throw new Error('the embedder answered no vector');
    return vector;
  } catch (error) {
    log.warn(
      { event: 'search.query_not_embedded', err: error, request_id: ctx.state.request_id },
      'could not embed a search query',
    );
    if (mode !== 'vector') return null;
    throw new Problem(
      'UNAVAILABLE',
      {
        en: 'The embedder does not answer, so nothing can be found by meaning just now. Search with `mode=text`, or try again.',
        zh: '向量服务无响应，暂时无法按语义搜索。请改用 `mode=text`，或稍后重试。',
      },
      { headers: { 'retry-after': String(limits.retry_after_s) }, cause: error },
    );
  }
}

/** The vector of what was typed, and the least cosine of what is near to it. null without an embedder, or when they can't be had in time. */
export async function nearQuery(call: KeyRequest, text: string): Promise<Near | null> {
  const { deps, caller, ctx } = call;
  const { clock, limits, nearness, log } = deps;
  const vector = await queryVector(call, { text, mode: 'hybrid' });
  if (vector === null) return null;
  try {
    const late = () => new Error('what is near to the query was not known in time');
    const least = await withTimeout({ clock, limit_ms: limits.search_embed_ms, onTimeout: late }, () =>
      nearness.least(caller.scope, vector),
    );
    return { vector, least };
  } catch (error) {
    const { request_id } = ctx.state;
    log.warn({ event: 'search.no_nearness', err: error, request_id }, 'could not tell what is near to a search query');
    return null;
  }
}
