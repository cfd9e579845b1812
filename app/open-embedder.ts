/** The embedder that the configuration names: a model of this machine, a provider, or none. */
import { noEmbedder } from '../providers/no-embedder.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import { toldOf, UNWATCHED } from '../runtime/health/credentials.ts';
import type { Embedder } from '../runtime/ports/providers.ts';
import { type Config, ConfigError } from './config.ts';
import { told, watched } from './open-credentials.ts';

type World = Parameters<typeof watched>[0] & {
  clock: Clock;
  log?: { debug(fields: object, message: string): void; info(fields: object, message: string): void };
};

const CURE = 'run `npm ci`, or set TUODI_EMBEDDING_URL instead';

/** Throws ConfigError where a folder is named whose model cannot be used here. */
export async function embedderOf(config: Config, world: World): Promise<Embedder> {
  const { embedding_url: url, embedding_dir: dir, embedding_api_key, embedding_model: model } = config;
  const { clock } = world;
  if (dir !== undefined) return localOf(dir, world);
  if (url === undefined) return noEmbedder();
  const { openAiEmbeddings } = await import('../providers/openai-embeddings.ts');
  const api_key = embedding_api_key ?? null;
  return openAiEmbeddings({ ...watched(world, 'embedding'), url, api_key, model, dimension: config.embedding_dimension, clock });
}

async function localOf(dir: string, world: World): Promise<Embedder> {
  const { clock, log } = world;
  const [{ checkOnnxRuntime, resolvedPackage }, { readModelFolder }, { openOnnxEmbedder, START_LIMIT_MS }, { TOKENIZERS }] =
    await Promise.all([
      import('../providers/local/onnx-runtime.ts'),
      import('../providers/onnx/model-folder.ts'),
      import('../providers/onnx/embedder.ts'),
      import('../providers/onnx/tokenizer.ts'),
    ]);
  const debug = (event: string, detail: Record<string, unknown>) => log?.debug({ event, ...detail }, event.replaceAll('_', ' '));
  try {
    await checkOnnxRuntime({ install: CURE, otherwise: 'set TUODI_EMBEDDING_URL instead' });
    if (resolvedPackage(TOKENIZERS) === null) throw new Error(`the package ${TOKENIZERS} is not installed: ${CURE}`);
    const folder = await readModelFolder(dir);
    const onTimeout = () => new Error(`the model of ${dir} was not loaded within ${START_LIMIT_MS} ms`);
    const embedder = await withTimeout({ clock, limit_ms: START_LIMIT_MS, onTimeout }, (signal) =>
      openOnnxEmbedder({ folder, clock, log: debug }, signal),
    );
    const { model, dimension } = embedder;
    log?.info({ event: 'embedder.model', dir, model, dimension }, `vectors are made by the model in ${dir}`);
    const { credentials = UNWATCHED } = told(world, 'embedder');
    return { ...embedder, embed: (...asked) => toldOf(credentials, () => embedder.embed(...asked)) };
  } catch (error) {
    throw new ConfigError(`TUODI_EMBEDDING_DIR: ${error instanceof Error ? error.message : String(error)}`);
  }
}
