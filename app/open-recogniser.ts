/** The recognition engine that the configuration names: those of this machine, or a remote one. */
import path from 'node:path';
import type { Logger } from 'pino';
import { type CallbackGrant, callbackQuery } from '../persistence/folder/links.ts';
import { EngineMissing } from '../providers/local/onnx-runtime.ts';
import { checkRuntime, findModels, type ModelFiles } from '../providers/ppocr/model-files.ts';
import { startProcess } from '../providers/ppocr/process.ts';
import { ppocrRecogniser } from '../providers/ppocr/recogniser.ts';
import { tesseractPool } from '../providers/tesseract/pool.ts';
import type { Signer } from '../runtime/accounts/signer.ts';
import type { Clock } from '../runtime/async/clock.ts';
import { withTimeout } from '../runtime/async/timeout.ts';
import type { Recogniser } from '../runtime/ports/providers.ts';
import { type Config, ConfigError } from './config.ts';
import { watched } from './open-credentials.ts';

type World = Parameters<typeof watched>[0] & { clock: Clock; log: Logger };

/** Pages of an OCR thread or process before it is replaced: they never return memory. */
const PAGES_PER_OCR_WORKER = 200;
/** Time in which the models that somebody named must be loaded. */
const CHECK_LIMIT_MS = 60_000;

/** Throws ConfigError where the engine that was asked for cannot run here. */
export async function recogniserOf(
  config: Config,
  { public_url, signer }: { public_url: () => string; signer: Signer },
  world: World,
): Promise<Recogniser> {
  const { clock, log } = world;
  const { ocr_url: url, ocr_api_key, ocr_callback_secret } = config;
  if (url === undefined) return localOf(config, world);
  const { remoteOcr } = await import('../providers/remote-ocr/client.ts');
  const callback_url = (of: CallbackGrant) =>
    `${public_url()}/v1/callbacks/${of.resource_id}/${of.task_id}?${callbackQuery(signer, of)}`;
  const warn = (message: string) => log.warn({ event: 'ocr.warning' }, message);
  return remoteOcr({
    ...{ ...watched(world, 'ocr'), url, api_key: ocr_api_key ?? null, clock, warn },
    callback_url: ocr_callback_secret ? callback_url : null,
  });
}

async function localOf(config: Config, { clock, log, parts }: World): Promise<Recogniser> {
  const limits = {
    workers: config.ocr_workers,
    page_time_limit_ms: config.ocr_page_time_limit_ms,
    pages_per_worker: PAGES_PER_OCR_WORKER,
    clock,
    onHealth: (why: string | null) => parts?.set('recogniser', why ? { state: 'away', code: 'engine_fails', detail: why } : null),
    log: (event: string, detail: Record<string, unknown>) => log.debug({ event, ...detail }, event.replaceAll('_', ' ')),
  };
  const tesseract = { language_dir: path.join(config.data_dir, 'languages') };
  const onMissing = (why: string) =>
    log.warn(
      { event: 'ocr.engine_missing' },
      `pictures are read by tesseract alone, which reads photos and receipts worse: ${why}`,
    );
  const files = await filesOf(config, clock, onMissing);
  if (files === null) return tesseractPool({ ...limits, ...tesseract });
  return ppocrRecogniser({ ...limits, files, tesseract: config.ocr_engine === 'auto' ? tesseract : null, onMissing });
}

/** null: tesseract alone. What was asked for by name is tried before anything is read. */
async function filesOf(
  { ocr_engine, ocr_models }: Config,
  clock: Clock,
  onMissing: (why: string) => void,
): Promise<ModelFiles | null> {
  if (ocr_engine === 'tesseract') return null;
  const [by, asked] = ocr_models === undefined ? ['TUODI_OCR_ENGINE', ocr_engine === 'ppocr'] : ['TUODI_OCR_MODELS', true];
  try {
    await checkRuntime();
    const files = await findModels(ocr_models ?? null);
    if (asked) await checkStart(files, clock);
    return files;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (asked) throw new ConfigError(`${by}: ${why}`);
    if (!(error instanceof EngineMissing)) throw error;
    onMissing(why);
    return null;
  }
}

/** Throws what a process says that cannot load these models. */
async function checkStart(files: ModelFiles, clock: Clock): Promise<void> {
  const process = await withTimeout({ clock, limit_ms: CHECK_LIMIT_MS }, (signal) =>
    startProcess({ files, priority: 0 }, signal),
  );
  await process.end();
}
