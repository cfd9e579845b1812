/**
 * A model of embeddings in a folder, as it is downloaded from Hugging Face: what its files say of tokens, pooling and prompts. Whatever is
 * wrong is said by the name of its file.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** How the vector of a text is made from those of its tokens. */
export type Pooling = 'mean' | 'cls' | 'max' | 'last';
/** What is put before a text, as the model was trained. */
export type Prompts = { query: string; passage: string };
/**
 * model, tokenizer: paths. tokenizer_config: null where there is none. name: a hash of all that was read, so that other files are another
 * model. files: paths of what was read; stamp: of how they were, see `stampOf`.
 */
export type ModelFolder = {
  name: string;
  files: string[];
  stamp: string;
  model: string;
  tokenizer: string;
  tokenizer_config: string | null;
  max_tokens: number;
  pooling: Pooling;
  prompts: Prompts;
};

/** The folder is not one of a model that can be used; says which file, and what is wrong with it. */
export class ModelUnusable extends Error {
  override name = 'ModelUnusable';
}

const MODELS = ['model.onnx', 'onnx/model.onnx', 'onnx/model_quantized.onnx'];
/** Weights beside a model that is over two gigabytes. */
const DATA_SUFFIXES = ['_data', '.data'];
/** Tokens that are read of one text; passages are shorter, and the work grows with the square. */
const MAX_TOKENS = 512;
/** Below, the marks around a text and its prompt leave it no room. */
const LEAST_TOKENS = 16;
/** Where no file says how many tokens a model takes. */
const USUAL_TOKENS = 256;
/** Position embeddings of these begin behind the padding. */
const OFFSET_POSITIONS: Readonly<Record<string, number>> = { roberta: 2, 'xlm-roberta': 2, camembert: 2, mpnet: 2 };
const NAME_CHARS = 16;

const Config = z.looseObject({ model_type: z.string().optional(), max_position_embeddings: z.number().optional() });
const TokenizerConfig = z.looseObject({ model_max_length: z.number().optional() });
const Sentences = z.looseObject({ max_seq_length: z.number().nullish() });
const PoolingConfig = z.looseObject({ include_prompt: z.boolean().optional() });
const Modules = z.array(z.looseObject({ type: z.string(), path: z.string().optional() }));
const PromptConfig = z.looseObject({
  prompts: z.record(z.string(), z.string()).optional(),
  default_prompt_name: z.string().nullish(),
});

/** Throws ModelUnusable. */
export async function readModelFolder(dir: string): Promise<ModelFolder> {
  await access(dir).catch((error: unknown) => {
    throw new ModelUnusable(`${dir} cannot be read: ${messageOf(error)}`);
  });
  const model = await modelIn(dir);
  const tokenizer = path.join(dir, 'tokenizer.json');
  if (!(await isThere(tokenizer)))
    throw new ModelUnusable(`${tokenizer} is missing: the folder has to hold the tokenizer of the model`);
  await parsed(tokenizer, z.looseObject({ model: z.looseObject({}) }));
  const file = (name: string) => path.join(dir, name);
  const config = await parsed(file('config.json'), Config);
  const tokenizer_config = await parsed(file('tokenizer_config.json'), TokenizerConfig);
  const sentences = await parsed(file('sentence_bert_config.json'), Sentences);
  await checkModules(file('modules.json'));
  const pooling = await poolingOf(file('1_Pooling/config.json'));
  const prompts = await promptsOf(file('config_sentence_transformers.json'));
  const positions = config?.max_position_embeddings;
  const offset = OFFSET_POSITIONS[config?.model_type ?? ''] ?? 0;
  const told = [sentences?.max_seq_length, tokenizer_config?.model_max_length, positions && positions - offset];
  const known = told.filter((tokens): tokens is number => typeof tokens === 'number' && tokens > 0);
  const max_tokens = known.length === 0 ? USUAL_TOKENS : Math.floor(Math.min(MAX_TOKENS, ...known));
  if (max_tokens < LEAST_TOKENS)
    throw new ModelUnusable(`${dir}: its files say ${max_tokens} tokens a text; ${LEAST_TOKENS} are the least that can be used`);
  const read = [model, ...(await dataOf(model)), ...READ.map(file)];
  const stamp = await stampOf(read);
  return {
    ...{ files: read, stamp },
    name: `onnx/${(await hashOf(dir, read)).slice(0, NAME_CHARS)}`,
    ...{ model, tokenizer, tokenizer_config: tokenizer_config && file('tokenizer_config.json') },
    ...{ max_tokens, pooling, prompts },
  };
}

/** All that makes a vector what it is. */
const READ = [
  ...['tokenizer.json', 'tokenizer_config.json', 'config.json', 'sentence_bert_config.json'],
  ...['modules.json', '1_Pooling/config.json', 'config_sentence_transformers.json'],
];

async function modelIn(dir: string): Promise<string> {
  for (const name of MODELS) if (await isThere(path.join(dir, name))) return path.join(dir, name);
  throw new ModelUnusable(`${dir} has no model: it has to hold ${MODELS.join(', or ')}`);
}

async function dataOf(model: string): Promise<string[]> {
  const there: string[] = [];
  for (const suffix of DATA_SUFFIXES) if (await isThere(model + suffix)) there.push(model + suffix);
  return there;
}

/** Layers behind the pooling are not in an ONNX file: a model with some would give other vectors than it was trained for. */
async function checkModules(file: string): Promise<void> {
  const known = ['Transformer', 'Pooling', 'Normalize'];
  for (const { type } of (await parsed(file, Modules)) ?? []) {
    const name = type.split('.').at(-1) ?? type;
    if (!known.includes(name)) throw new ModelUnusable(`${file}: the module ${type} is not supported, only ${known.join(', ')}`);
  }
}

const POOLINGS: Readonly<Record<string, Pooling>> = {
  ...{ pooling_mode_mean_tokens: 'mean', pooling_mode_cls_token: 'cls', pooling_mode_max_tokens: 'max' },
  ...{ pooling_mode_lasttoken: 'last', mean: 'mean', cls: 'cls', max: 'max', lasttoken: 'last' },
};
/** Flags of which one is true, or a name. The mean, where nothing is said. */
async function poolingOf(file: string): Promise<Pooling> {
  const config = await parsed(file, PoolingConfig);
  if (config === null) return 'mean';
  const { pooling_mode } = config;
  const chosen =
    typeof pooling_mode === 'string'
      ? [pooling_mode]
      : Object.keys(config).filter((name) => name.startsWith('pooling_mode_') && config[name] === true);
  const [one = ''] = chosen;
  const pooling = chosen.length === 1 ? POOLINGS[one] : undefined;
  if (pooling === undefined)
    throw new ModelUnusable(
      `${file}: pooling by ${chosen.join(' and ') || 'nothing'} is not supported, only mean, cls, max and lasttoken`,
    );
  if (config.include_prompt === false)
    throw new ModelUnusable(`${file}: prompts that are left out of the pooling are not supported`);
  return pooling;
}

async function promptsOf(file: string): Promise<Prompts> {
  const { prompts = {}, default_prompt_name } = (await parsed(file, PromptConfig)) ?? {};
  const usual = prompts[default_prompt_name ?? ''] ?? '';
  return { query: prompts.query ?? usual, passage: prompts.passage ?? prompts.document ?? usual };
}

/** null where there is no such file. */
async function parsed<Shape extends z.ZodType>(file: string, shape: Shape): Promise<z.infer<Shape> | null> {
  if (!(await isThere(file))) return null;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ModelUnusable(`${file} cannot be read: ${messageOf(error)}`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ModelUnusable(`${file} is no JSON: ${messageOf(error)}`);
  }
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new ModelUnusable(`${file}: ${issue?.path.join('.') || 'the whole file'}: ${issue?.message}`);
}

/** Files alone: of a pipe the read would not end. */
const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** Sizes and times of files: another one where a file was replaced, and quicker to know than their hash. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = files.map((file) =>
    stat(file).then(
      ({ size, mtimeMs }) => `${size} ${mtimeMs}`,
      () => '-',
    ),
  );
  return (await Promise.all(stamps)).join(', ');
}

/** Over names and contents: a file that comes or goes makes another hash too. */
async function hashOf(dir: string, files: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    if (!(await isThere(file))) continue;
    hash.update(`${path.relative(dir, file)}\n`);
    for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  }
  return hash.digest('hex');
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
