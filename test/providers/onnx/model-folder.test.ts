/** A folder of a model: what its files say is used, and what is wrong is named by its file. Tiny models, really run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { type Model, openModel, pooled } from '../../../providers/onnx/model.ts';
import { ModelUnusable, readModelFolder } from '../../../providers/onnx/model-folder.ts';
import { systemClock } from '../../../runtime/async/clock.ts';
import { withTimeout } from '../../../runtime/async/timeout.ts';
import { type TinyModel, writeTinyModel } from '../../worlds/tiny-model.ts';

const base = await mkdtemp(path.join(tmpdir(), 'tuodi-onnx-'));
after(() => rm(base, { recursive: true, force: true }));
let made = 0;
const folder = (options: TinyModel = {}) => writeTinyModel(path.join(base, String(made++)), options);
const read = async (options: TinyModel = {}) => readModelFolder(await folder(options));
const opened = async (options: TinyModel = {}) => openModel(await read(options));
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
async function nearness(model: Model, one: string, other: string): Promise<number> {
  return cosine(await model(one), await model(other));
}

describe('a folder of a model', () => {
  for (const file of ['model.onnx', 'onnx/model.onnx', 'onnx/model_quantized.onnx'])
    test(`with ${file} makes vectors of unit length, near for words that mean the same`, async () => {
      const model = await opened({ file });
      const vector = await model('purchase');
      assert.equal(vector.length, 8);
      assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-5);
      assert.ok((await nearness(model, 'purchase', 'buy')) > 0.99);
      assert.ok((await nearness(model, 'purchase', 'garden')) < 0.8);
    });

  test('whose model pools by itself gives the same vectors as pooling the mean', async () => {
    const [tokens, sentence] = [await opened(), await opened({ output: 'sentence' })];
    assert.ok(cosine(await tokens('buy a bike'), await sentence('buy a bike')) > 0.999);
  });

  test('says how tokens are pooled, in either way of writing', async () => {
    const by = async (config: object) => (await read({ files: { '1_Pooling/config.json': config } })).pooling;
    assert.equal(await by({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }), 'cls');
    assert.equal(await by({ pooling_mode: 'max' }), 'max');
    assert.equal(await by({ pooling_mode_lasttoken: true }), 'last');
    assert.equal((await read({ files: { '1_Pooling/config.json': null } })).pooling, 'mean');
    const rows = Float32Array.from([1, 2, 3, 0, 5, 4]);
    const pool = (how: Parameters<typeof pooled>[2]) => [...pooled(rows, 2, how)];
    assert.deepEqual(
      [pool('cls'), pool('max'), pool('last'), pool('mean')],
      [
        [1, 2],
        [5, 4],
        [5, 4],
        [3, 2],
      ],
    );
  });

  test('says its prompts, and those of older names', async () => {
    const by = async (config: object) => (await read({ files: { 'config_sentence_transformers.json': config } })).prompts;
    assert.deepEqual(await by({ prompts: { query: 'q: ', passage: 'p: ' } }), { query: 'q: ', passage: 'p: ' });
    assert.deepEqual(await by({ prompts: { query: 'q: ', document: 'd: ' } }), { query: 'q: ', passage: 'd: ' });
    assert.deepEqual(await by({ prompts: { any: 'a: ' }, default_prompt_name: 'any' }), { query: 'a: ', passage: 'a: ' });
    assert.deepEqual(await by({}), { query: '', passage: '' });
  });

  test('takes as many tokens as the least of its files says, and never more than 512', async () => {
    const most = async (files: TinyModel['files'] = {}) => (await read({ files })).max_tokens;
    assert.equal(await most(), 64);
    assert.equal(await most({ 'sentence_bert_config.json': { max_seq_length: 32 } }), 32);
    const long = { 'tokenizer_config.json': { model_max_length: 1e30 } };
    assert.equal(await most({ ...long, 'config.json': { model_type: 'xlm-roberta', max_position_embeddings: 130 } }), 128);
    assert.equal(await most(long), 512);
  });

  test('cuts what is too long, and keeps the mark of its end', async () => {
    const model = await opened({ files: { '1_Pooling/config.json': { pooling_mode: 'lasttoken' } } });
    assert.ok((await nearness(model, 'buy', 'one '.repeat(500))) > 0.999, 'both end in [SEP]');
  });

  test('is another model when any file of it is another, and the same under another name', async () => {
    const first = await read();
    assert.match(first.name, /^onnx\/[0-9a-f]{16}$/);
    assert.equal((await read()).name, first.name);
    const others: TinyModel[] = [
      { seed: 2 },
      { files: { 'config_sentence_transformers.json': { prompts: { query: 'q: ' } } } },
      { files: { '1_Pooling/config.json': { pooling_mode: 'cls' } } },
      { files: { 'tokenizer_config.json': { model_max_length: 63 } } },
    ];
    for (const options of others) assert.notEqual((await read(options)).name, first.name, JSON.stringify(options));
  });
});

describe('what is wrong is named by its file', () => {
  const wrong: [string, TinyModel, RegExp][] = [
    ['no model', { file: 'other.onnx' }, /has no model: it has to hold model\.onnx, or onnx\/model\.onnx/],
    ['no tokenizer', { files: { 'tokenizer.json': null } }, /tokenizer\.json is missing/],
    ['a tokenizer that is cut off', { files: { 'tokenizer.json': '{"model": {' } }, /tokenizer\.json is no JSON/],
    ['a list as a tokenizer', { files: { 'tokenizer.json': [] } }, /tokenizer\.json: /],
    ['fewer tokens than its marks', { files: { 'tokenizer_config.json': { model_max_length: 2 } } }, /say 2 tokens a text; 16/],
    [
      'pooling by weights',
      { files: { '1_Pooling/config.json': { pooling_mode_weightedmean_tokens: true } } },
      /1_Pooling.config\.json: pooling by pooling_mode_weightedmean_tokens/,
    ],
    [
      'pooling twice',
      { files: { '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_max_tokens: true } } },
      /1_Pooling.config\.json: pooling by/,
    ],
    [
      'a layer behind the pooling',
      { files: { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] } },
      /modules\.json: the module sentence_transformers\.models\.Dense/,
    ],
    [
      'prompts that are no texts',
      { files: { 'config_sentence_transformers.json': { prompts: { query: 1 } } } },
      /config_sentence_transformers\.json: prompts\.query/,
    ],
  ];
  for (const [what, options, says] of wrong)
    test(what, async () => {
      await assert.rejects(read(options), (error: unknown) => error instanceof ModelUnusable && says.test(error.message));
    });

  test('no folder', async () => {
    await assert.rejects(readModelFolder(path.join(base, 'nowhere')), /nowhere cannot be read/);
  });

  test('a pipe in place of a file', { skip: process.platform === 'win32' }, async () => {
    const dir = await folder({ files: { 'tokenizer.json': null } });
    execFileSync('mkfifo', [path.join(dir, 'tokenizer.json')]);
    const late = withTimeout({ clock: systemClock(), limit_ms: 5_000 }, () => readModelFolder(dir));
    await assert.rejects(late, /tokenizer\.json is missing/);
  });

  test('bytes that are no model', async () => {
    const dir = await folder();
    await writeFile(path.join(dir, 'model.onnx'), 'no model');
    await assert.rejects(openModel(await readModelFolder(dir)), /model\.onnx is no model that can be run/);
  });
});
