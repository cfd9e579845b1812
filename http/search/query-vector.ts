/** The vector of what a person typed. */
import { Problem } from '../../contract/problems.ts';
import type { SearchMode } from '../../contract/search.ts';
import { withTimeout } from '../../runtime/async/timeout.ts';
import type { KeyRequest } from '../context.ts';

/** null when it can't be had in time: a hybrid search goes on without it; one by vector alone is 503. */
export async function queryVector(
  { ctx, deps }: KeyRequest,
  { text, mode }: { text: string; mode: SearchMode },
): Promise<Float32Array | null> {
  const { clock, embedder, limits, log } = deps;
  const late = () => new Error('the query was not embedded in time');
  try {
    const bounds = { clock, limit_ms: limits.search_embed_ms, late };
    const [vector] = await withTimeout(bounds, (signal) => embedder.embed([text], signal));
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
