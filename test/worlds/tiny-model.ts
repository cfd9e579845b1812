/**
 * A model of embeddings of a few kilobytes, written byte by byte in the layout of Hugging Face: ONNX whose one node looks up the vector of
 * each token (https://onnx.ai/onnx/repo-docs/IR.html), and a tokenizer of whole words. Words of one line of WORDS have one vector, random
 * by the seed, so that `purchase` finds `buy`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A meaning a line. */
const WORDS = [
  ...['buy purchase bought', 'bicycle bike', 'doctor physician', 'rain weather storm', 'kitchen cook recipe', 'money cash'],
  ...['letter mail', 'train railway', '买 购', '车 辆', 'one', 'two', 'paper', 'garden', 'winter', 'music'],
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** file: where the model lies. output, files: in place of those written otherwise; null leaves a file out. */
export type TinyModel = {
  seed?: number;
  dimension?: number;
  file?: string;
  output?: 'tokens' | 'sentence';
  files?: Record<string, object | string | null>;
};

export async function writeTinyModel(dir: string, options: TinyModel = {}): Promise<string> {
  const { seed = 1, dimension = 8, file = 'model.onnx', output = 'tokens', files = {} } = options;
  const written: Record<string, object | string | null> = {
    'tokenizer.json': tokenizer(),
    'tokenizer_config.json': { model_max_length: 64 },
    '1_Pooling/config.json': {
      word_embedding_dimension: dimension,
      pooling_mode_mean_tokens: true,
      pooling_mode_cls_token: false,
    },
    'modules.json': [{ idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' }],
    ...files,
  };
  await put(dir, file, onnx(seed, dimension, output));
  for (const [name, content] of Object.entries(written))
    if (content !== null) await put(dir, name, typeof content === 'string' ? content : JSON.stringify(content));
  return dir;
}

async function put(dir: string, name: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(dir, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}

const vocabulary = (): string[] => [...SPECIAL, ...WORDS.flatMap((line) => line.split(' '))];

function tokenizer(): object {
  const special = SPECIAL.map((content, id) => ({
    ...{ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
  }));
  const marked = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  return {
    ...{ version: '1.0', truncation: null, padding: null, added_tokens: special },
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [marked('[CLS]', 0), { Sequence: { id: 'A', type_id: 0 } }, marked('[SEP]', 0)],
      pair: [],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [SPECIAL.indexOf('[CLS]')], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [SPECIAL.indexOf('[SEP]')], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
      vocab: Object.fromEntries(vocabulary().map((word, id) => [word, id])),
    },
  };
}

/** Marks weigh little, so that a word alone is near its meaning. */
function table(seed: number, dimension: number): Float32Array {
  const lines = [...SPECIAL.map(() => null), ...WORDS.flatMap((line, n) => line.split(' ').map(() => n))];
  const rows = lines.map((line, id) => {
    const random = randoms(seed * 1_000 + (line ?? 500 + id));
    return Array.from({ length: dimension }, () => (random() - 0.5) * (line === null ? 0.05 : 1));
  });
  return Float32Array.from(rows.flat());
}
/** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the numbers of Numerical Recipes. */
function randoms(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const [FLOAT, INT64] = [1, 7];
function onnx(seed: number, dimension: number, output: 'tokens' | 'sentence'): Buffer {
  const numbers = table(seed, dimension);
  const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const weights = message(
    ...[number(1, vocabulary().length), number(1, dimension), number(2, FLOAT), text(8, 'table'), field(9, bytes)],
  );
  const looked_up = node('Gather', ['table', 'input_ids'], 'last_hidden_state');
  const mean = node('GlobalAveragePool', ['turned'], 'pooled');
  const sentence = [
    ...[
      node('Transpose', ['last_hidden_state'], 'turned', field(5, message(text(1, 'perm'), ints(8, [0, 2, 1]), number(20, 7)))),
      mean,
    ],
    node('Flatten', ['pooled'], 'sentence_embedding'),
  ];
  const name = output === 'tokens' ? 'last_hidden_state' : 'sentence_embedding';
  const shape = output === 'tokens' ? ['batch', 'tokens', dimension] : ['batch', dimension];
  const graph = message(
    ...[field(1, looked_up), ...(output === 'sentence' ? sentence.map((one) => field(1, one)) : []), text(2, 'tiny')],
    field(5, weights),
    ...['input_ids', 'attention_mask'].map((input) => field(11, value(input, INT64, ['batch', 'tokens']))),
    field(12, value(name, FLOAT, shape)),
  );
  return message(number(1, 8), field(7, graph), field(8, message(text(1, ''), number(2, 13))));
}

const node = (type: string, inputs: string[], output: string, ...attributes: Buffer[]): Buffer =>
  message(...inputs.map((input) => text(1, input)), text(2, output), text(3, output), text(4, type), ...attributes);
function value(name: string, type: number, shape: (string | number)[]): Buffer {
  const dims = shape.map((dim) => field(1, message(typeof dim === 'string' ? text(2, dim) : number(1, dim))));
  return message(text(1, name), field(2, message(field(1, message(number(1, type), field(2, message(...dims)))))));
}

/** Fields of https://protobuf.dev/programming-guides/encoding/. */
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);
const field = (id: number, bytes: Buffer): Buffer => Buffer.concat([varint(id * 8 + 2), varint(bytes.length), bytes]);
const text = (id: number, words: string): Buffer => field(id, Buffer.from(words));
const number = (id: number, whole: number): Buffer => Buffer.concat([varint(id * 8), varint(whole)]);
const ints = (id: number, many: number[]): Buffer => Buffer.concat(many.map((one) => number(id, one)));
function varint(whole: number): Buffer {
  const bytes: number[] = [];
  let rest = whole;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}
