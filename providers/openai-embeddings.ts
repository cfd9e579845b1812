/** An Embedder behind any OpenAI-compatible `/v1/embeddings` (https://platform.openai.com/docs/api-reference/embeddings). */
import { setMaxListeners } from 'node:events';
import { z } from 'zod';
import { batched } from '../runtime/async/batch.ts';
import { bisect } from '../runtime/async/bisect.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import type { Credentials } from '../runtime/health/credentials.ts';
import type { Embedder } from '../runtime/ports/providers.ts';
import { badResult, providerHttp } from './http.ts';
import { ProviderUnavailable } from './policy.ts';

/** Texts a request: 16 of the longest that a step sends are below the usual limits of tokens, and of what small servers batch. */
const MAX_TEXTS = 16;
/** A batch takes a second at most providers; a busy small server takes ten. */
const TIME_LIMIT_MS = 30_000;
/** A pause of a rate limit that is waited for: they are mostly of seconds. */
const PATIENCE_MS = 10_000;
/** Maximum wait of a text, in ms, with those ahead of it. Below the time of a run, whose end would be counted against the picture. */
export const MAX_WAIT_MS = 3 * 60_000;
/** 16 vectors of 4,096 numbers of 22 characters are 1.5 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** A text that no provider refuses. */
const KEY_CHECK = 'tuodi';

export type OpenAiEmbeddingsOptions = {
  /** Up to `/v1`, without a slash at the end. */
  url: string;
  api_key: string | null;
  model: string;
  dimension: number;
  clock: Clock;
  credentials?: Credentials;
  /** For tests. */
  limits?: { time_ms?: number; patience_ms?: number; wait_ms?: number; probe_after_ms?: number };
};

/** One text that waits for its vector; `key` tells it from another of the same words. */
type Waiting = { key: string; text: string };
/** A failure of one text is its own: those beside it have their vectors. */
type Outcome = { vector: Float32Array } | { error: unknown };

export function openAiEmbeddings(options: OpenAiEmbeddingsOptions): Embedder {
  const { url, api_key, model, dimension, clock, credentials, limits = {} } = options;
  const { time_ms: time_limit_ms = TIME_LIMIT_MS, patience_ms = PATIENCE_MS, wait_ms = MAX_WAIT_MS, probe_after_ms } = limits;
  const probe = probe_after_ms === undefined ? {} : { probe_after_ms };
  const http = providerHttp({
    ...{ name: `the embedder ${model}`, url, api_key, clock, patience_ms, variable: 'TUODI_EMBEDDING_API_KEY', ...probe },
    check: { method: 'POST', path: '/embeddings', body: JSON.stringify({ model, input: [KEY_CHECK], encoding_format: 'float' }) },
    ...(credentials ? { credentials } : {}),
  });
  const unending = new AbortController().signal; // a batch is of several callers: none of them can end it
  setMaxListeners(0, unending);

  async function vectorsOf(texts: string[]): Promise<Float32Array[]> {
    const body = JSON.stringify({ model, input: texts, encoding_format: 'float' });
    const sent = { method: 'POST', path: '/embeddings', body, time_limit_ms, max_bytes: MAX_ANSWER_BYTES } as const;
    return parsed((await http.send(sent, unending)).json, { model, dimension, count: texts.length });
  }
  /** A refusal, or an answer that can't be used, may be because of one text among them: the others have their vectors. */
  const batch = (waiting: Waiting[]): Promise<Outcome[]> =>
    bisect<Waiting, Outcome>(
      waiting,
      async (some) => (await vectorsOf(some.map(({ text }) => text))).map((vector) => ({ vector })),
      { failsAll: (error) => error instanceof ProviderUnavailable, failed: (_, error) => ({ error }) },
    );
  const embedded = batched(batch, { max: MAX_TEXTS, key: ({ key }) => key });

  async function vectorOf(text: string): Promise<Float32Array> {
    const outcome = await embedded({ key: clock.randomUuid(), text });
    if ('error' in outcome) throw outcome.error;
    return outcome.vector;
  }
  return {
    model,
    dimension,
    async embed(texts, signal) {
      const late = (ms: number) => new ProviderUnavailable(`${model} had no vector within ${ms} ms`);
      // What was asked for goes on; only this caller leaves.
      return withTimeout({ clock, limit_ms: wait_ms, onTimeout: late, signals: [signal] }, () =>
        Promise.all(texts.map(vectorOf)),
      );
    },
    reachable: http.reachable,
  };
}

const Embeddings = z.object({ data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })) });

/** In the order of the texts, each of unit length. Throws PROVIDER_BAD_RESULT for anything but one sound vector a text. */
function parsed(json: unknown, want: { model: string; dimension: number; count: number }): Float32Array[] {
  const { model, dimension, count } = want;
  const answer = Embeddings.safeParse(json);
  if (!answer.success) throw badResult(`${model} answered no embeddings`);
  const vectors = new Map<number, Float32Array>();
  for (const { index, embedding } of answer.data.data) {
    if (embedding.length !== dimension)
      throw badResult(`${model} answered a vector of ${embedding.length} numbers; ${dimension} are configured`);
    vectors.set(index, unit(embedding, model));
  }
  const ordered = Array.from({ length: count }, (_, index) => vectors.get(index)).filter((vector) => vector !== undefined);
  if (ordered.length !== count || answer.data.data.length !== count)
    throw badResult(`${model} answered ${answer.data.data.length} vectors for ${count} texts, or not one for each`);
  return ordered;
}

function unit(embedding: number[], model: string): Float32Array {
  const length = Math.hypot(...embedding);
  if (!Number.isFinite(length) || length === 0) throw badResult(`${model} answered a vector without a direction`);
  return Float32Array.from(embedding, (value) => value / length);
}
