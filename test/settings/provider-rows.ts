/** Settings of recognition and of embeddings that are somewhere else. The other end is an engine in memory, or keeps what it is sent. */
import assert from 'node:assert/strict';
import { SECRET } from '../worlds/ocr-engine.ts';
import { writeTinyModel } from '../worlds/tiny-model.ts';
import { until } from '../worlds/wait.ts';
import { blank, bytesOf, DIMENSION, elsewhere, READ, SECRET_BEFORE, withEngine } from './services.ts';
import { once, portsWith, type Rows, tempFolder } from './world.ts';

const OTHER = `whsec_${Buffer.from('another secret, of somebody else').toString('base64')}`;
const PICTURES = 3;

/** Pictures that wait for the one place at the engine, and the one that has it. */
const waiting = once(async () => {
  const { engine, service } = await withEngine();
  const ids = [];
  for (let n = 1; n <= PICTURES; n++) ids.push(await service.takeIn(await bytesOf(blank(8 + n, 8))));
  await until('the first is at the engine', () => engine.jobs.size > 0);
  for (const id of ids) await service.reached(id, 'INIT', 'READY_FOR_OCR');
  const [provider_job_id, job] = [...engine.jobs][0] ?? [];
  assert.ok(job?.callback_url);
  return { engine, provider_job_id, job, callback_url: job.callback_url, at_once: engine.submissions };
});
/** The status of a callback about the work at the engine, signed by this secret. */
async function calledBack(secret: string): Promise<number> {
  const { engine, provider_job_id, job, callback_url } = await waiting();
  const { task_id, work_id, resource_id } = job;
  const body = { provider_job_id, task_id, work_id, resource_id, status: 'done', pages: [{ page: 1, ...READ }] };
  return engine.call(callback_url, body, undefined, secret);
}

export const PROVIDER_ROWS: Rows = {
  ocr_url: async () => assert.match((await elsewhere()).to_ocr.url, /^\/engine\/jobs/),
  ocr_api_key: async () => assert.equal((await elsewhere()).to_ocr.headers.authorization, 'Bearer a-key-to-ocr'),
  ocr_in_flight: async () => assert.equal((await waiting()).at_once, 1),
  async ocr_callback_secret() {
    assert.equal(await calledBack(OTHER), 401);
    assert.equal(await calledBack(SECRET), 200);
  },
  ocr_callback_secret_previous: async () => assert.equal(await calledBack(SECRET_BEFORE), 200),
  async embedding_dir() {
    const { embedder } = await portsWith({ embedding_dir: await writeTinyModel(await tempFolder()) });
    const [vector] = await embedder.embed(['word'], AbortSignal.timeout(5_000));
    assert.match(embedder.model, /^onnx\//);
    assert.equal(vector?.length, 8);
  },
  embedding_url: async () => assert.equal((await elsewhere()).to_embeddings.url, '/embeddings'),
  async embedding_api_key() {
    assert.equal((await elsewhere()).to_embeddings.headers.authorization, 'Bearer a-key-to-embeddings');
  },
  embedding_model: async () => assert.equal(JSON.parse((await elsewhere()).to_embeddings.body).model, 'of-this-name'),
  async embedding_dimension() {
    const [vector] = await (await elsewhere()).embedder.embed(['word'], AbortSignal.timeout(5_000));
    assert.equal(vector?.length, DIMENSION);
  },
};
