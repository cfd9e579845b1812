/** Where the models are, and how they are run. Loaded in a process of its own alone: a run blocks its thread. */
import { readFile } from 'node:fs/promises';
import { loadRuntime, openSession, type Session, type Tensor } from '../local/onnx-runtime.ts';
import type { Probabilities } from './ctc.ts';
import type { ModelFiles } from './model-files.ts';
import type { ProbabilityMap } from './regions.ts';
import { STRIP_ROWS } from './strips.ts';

export type Models = {
  /** `planes`: three planes of width × height, both multiples of 32. */
  detect(planes: Float32Array, width: number, height: number): Promise<ProbabilityMap>;
  /** `planes`: three planes of columns × STRIP_ROWS. */
  recognise(planes: Float32Array, columns: number): Promise<Probabilities>;
  /** By class: class 0 is "nothing", the last one the space. */
  letters: readonly string[];
};

/** Columns of the blank strip that the recogniser is tried on. */
const TRIAL_COLUMNS = 320;

/** Throws what the runtime says of a model, and where recogniser and dictionary are not of one another. */
export async function openModels({ detector, recogniser, dictionary }: ModelFiles): Promise<Models> {
  const runtime = loadRuntime();
  const { Tensor } = runtime;
  const lines = (await readFile(dictionary, 'utf8')).split('\n').map((line) => line.replace('\r', ''));
  const letters = ['', ...lines.filter((line) => line !== ''), ' '];
  const [det, rec] = [await openSession(runtime, detector), await openSession(runtime, recogniser)];
  const run = async (session: Session, planes: Float32Array, width: number, height: number): Promise<Tensor> => {
    const [[input], [output]] = [session.inputNames, session.outputNames];
    const result = await session.run({ [input ?? '']: new Tensor('float32', planes, [1, 3, height, width]) });
    const tensor = result[output ?? ''];
    if (!(tensor?.data instanceof Float32Array)) throw new Error('the model returns no probabilities');
    return tensor;
  };
  const recognise = async (planes: Float32Array, columns: number): Promise<Probabilities> => {
    const { data, dims } = await run(rec, planes, columns, STRIP_ROWS);
    const [, steps = 0, classes = 0] = dims;
    return { values: data as Float32Array, steps, classes }; // looked at in run
  };
  const { classes } = await recognise(new Float32Array(3 * STRIP_ROWS * TRIAL_COLUMNS), TRIAL_COLUMNS);
  if (classes !== letters.length)
    throw new Error(`${recogniser} tells ${classes - 2} characters apart, and ${dictionary} has ${letters.length - 2}`);
  const detect = async (planes: Float32Array, width: number, height: number): Promise<ProbabilityMap> => ({
    values: (await run(det, planes, width, height)).data as Float32Array, // looked at in run
    width,
    height,
  });
  return { detect, recognise, letters };
}
