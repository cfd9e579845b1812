/** A model that makes vectors, and how a text goes through it. Loaded in a process of its own alone: a run blocks its thread. */
import { readFile } from 'node:fs/promises';
import { loadRuntime, openSession, type Session, type Tensor } from '../local/onnx-runtime.ts';
import type { ModelFolder, Pooling } from './model-folder.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** Returns the vector of a text, of unit length. */
export type Model = (text: string) => Promise<Float32Array>;

/** Texts in a run: a quantised model rounds by the largest numbers of a batch, so that beside other texts it would get another vector. */
const ONE = 1;
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];
/** An output of this name is the vector, already pooled. */
const POOLED = 'sentence_embedding';
const TRIAL = 'tuodi';

type Parts = { folder: ModelFolder; session: Session; tokenizer: Tokenizer; run(ids: readonly number[]): Promise<Tensor> };

/** Throws what is wrong with a file, by its name. Runs once before it resolves. */
export async function openModel(folder: ModelFolder): Promise<Model> {
  const { model, tokenizer, tokenizer_config, max_tokens } = folder;
  const runtime = loadRuntime();
  const json = async (file: string | null): Promise<object> => (file === null ? {} : JSON.parse(await readFile(file, 'utf8')));
  const encode = named(tokenizer, loadTokenizer, await json(tokenizer), await json(tokenizer_config), max_tokens);
  const session = await openSession(runtime, model);
  const unknown = session.inputNames.filter((name) => !INPUTS.includes(name));
  if (unknown.length > 0) throw new Error(`${model} wants ${unknown.join(', ')}, which no text has`);
  const filled = (ids: readonly number[], value: (id: number) => number) =>
    new runtime.Tensor(
      'int64',
      BigInt64Array.from(ids, (id) => BigInt(value(id))),
      [ONE, ids.length],
    );
  const values: Record<string, (id: number) => number> = {
    ...{ input_ids: (id) => id, attention_mask: () => 1, token_type_ids: () => 0 },
  };
  const run = async (ids: readonly number[]): Promise<Tensor> => {
    const feeds = session.inputNames.map((name) => [name, filled(ids, values[name] ?? (() => 0))]);
    const outputs = await session.run(Object.fromEntries(feeds));
    const output = outputs[POOLED] ?? outputs[session.outputNames[0] ?? ''];
    if (!(output?.data instanceof Float32Array)) throw new Error(`${model} returns no vectors`);
    return output;
  };
  const parts = { folder, session, tokenizer: encode, run };
  await embedded(parts, TRIAL);
  return (text) => embedded(parts, text);
}

/** What a package says of a file, with the name of the file. */
function named<Given extends unknown[], Made>(file: string, make: (...given: Given) => Made, ...given: Given): Made {
  try {
    return make(...given);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function embedded({ folder, tokenizer, run }: Parts, text: string): Promise<Float32Array> {
  const { data, dims } = await run(tokenizer(text));
  const numbers = data as Float32Array; // looked at in run
  if (dims.length === 2) return unit(numbers, folder.model);
  if (dims.length !== 3) throw new Error(`${folder.model} returns ${dims.length} dimensions; vectors of tokens have 3`);
  return unit(pooled(numbers, dims[2] ?? 0, folder.pooling), folder.model);
}

/** rows: the vector of each token, one after the other. */
export function pooled(rows: Float32Array, width: number, pooling: Pooling): Float32Array {
  const tokens = rows.length / width;
  if (pooling === 'cls') return rows.slice(0, width);
  if (pooling === 'last') return rows.slice(rows.length - width);
  const sums = new Float32Array(width).fill(pooling === 'max' ? Number.NEGATIVE_INFINITY : 0);
  for (let at = 0; at < rows.length; at += 1) {
    const [column, value] = [at % width, rows[at] ?? 0];
    const there = sums[column] ?? 0;
    sums[column] = pooling === 'max' ? Math.max(there, value) : there + value / tokens;
  }
  return sums;
}

/** Searches compare cosines, whatever a model says of its length. */
function unit(vector: Float32Array, model: string): Float32Array {
  const length = Math.hypot(...vector);
  if (!Number.isFinite(length) || length === 0) throw new Error(`${model} returns a vector without a direction`);
  return vector.map((value) => value / length);
}
