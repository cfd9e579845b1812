/** The services and ports that rows share: a start costs half a second, so settings that do not touch one another are in one. */
import assert from 'node:assert/strict';
import sharp, { type Sharp } from 'sharp';
import { picture } from '../fixtures/poison/documents.ts';
import { zeros } from '../fixtures/poison/flate.ts';
import { ocrEngine, SECRET } from '../worlds/ocr-engine.ts';
import { closeLater, type Env, type Kept, once, portsWith, recorder, type Serving, serviceWith } from './world.ts';

/** The least that a limit of time may be. */
export const LEAST_MS = '1000';
export const ORIGIN = 'https://pages.example';
/** All different, and far from the defaults of a day and of 30 days. */
export const LIVES = {
  upload_deadline_ms: 1_000_000,
  metadata_deadline_ms: 2_000_000,
  trash_retention_ms: 3_000_000,
  rejected_retention_ms: 4_000_000,
  expired_retention_ms: 5_000_000,
};
const { expired_retention_ms, ...lives } = LIVES;
const texts = (numbers: Record<string, number>): Env =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));

/** A page of 70 × 70 fits, and a document of two of them does not. */
export const ofPictures = once(() =>
  serviceWith({
    ...{ listen: '127.0.0.2:0', public_url: 'https://pictures.example/', cors_origins: ORIGIN, required_metadata: 'description' },
    ...{ max_bytes: '30000', max_pixels: '5000', max_pages: '3', max_document_pixels: '6000' },
    ...texts(lives),
  }),
);
/** What waits for an upload waits for no time at all, and has expired. */
export const impatient = once(() =>
  serviceWith({ upload_deadline_ms: '0', ...texts({ expired_retention_ms }), decode_time_limit_ms: LEAST_MS }),
);
export const POINTS = 10;
export const unrated = once(() =>
  serviceWith({ quota_pictures: '2', quota_bytes: '1000', rate_limits: 'false', key_points: String(POINTS) }),
);

export const TOKEN = 'a-token-of-at-least-32-characters-for-a-test';
export const TOKEN_BEFORE = 'the-token-before-it-while-it-is-being-replaced';
export const S3 = { s3_bucket: 'of-this-name', s3_access_key: 'AKIAOTHER', s3_secret_key: 'another-secret-key' };
/** Both policies small, a proxy that is believed, and a store that tells of uploads. */
export const rated = once(async () =>
  serviceWith({
    ...{ key_points: String(POINTS), address_points: String(POINTS), trusted_proxies: '127.0.0.0/8' },
    ...{ ...S3, s3_endpoint: (await recorder()).url, s3_events_token: TOKEN, s3_events_token_previous: TOKEN_BEFORE },
  }),
);

export const SECRET_BEFORE = `whsec_${Buffer.from('the secret before, not yet gone').toString('base64')}`;
export const READ = { text: 'hello', confidence: 0.9, words: [] };
/** An engine that is given one picture of three, and calls back. */
export const withEngine = once(async () => {
  const engine = await ocrEngine(async () => READ);
  closeLater(engine.stop);
  const secrets = { ocr_callback_secret: SECRET, ocr_callback_secret_previous: SECRET_BEFORE };
  const env = { ocr_url: engine.url, ocr_in_flight: '1', ...secrets, document_time_limit_ms: LEAST_MS };
  return { engine, service: await serviceWith(env) };
});

export const [LINK_SECRET, LINK_SECRET_BEFORE] = ['the-secret-now-with-32-characters-', 'the-secret-before-of-32-characters'];
export const DIMENSION = 4;
/** Ports of servers that keep what they are sent. */
export const elsewhere = once(async () => {
  const [store, ocr] = [await recorder(), await recorder(() => ({ status: 404, body: {} }))];
  const embedding = Array.from({ length: DIMENSION }, () => 1);
  const embeddings = await recorder(() => ({ body: { data: [{ index: 0, embedding }] } }));
  const ports = await portsWith({
    ...{ link_secret: LINK_SECRET, link_secret_previous: LINK_SECRET_BEFORE },
    ...{ ocr_url: `${ocr.url}/engine`, ocr_api_key: 'a-key-to-ocr' },
    ...{ embedding_url: embeddings.url, embedding_api_key: 'a-key-to-embeddings', embedding_model: 'of-this-name' },
    ...{ embedding_dimension: String(DIMENSION) },
    ...{ ...S3, s3_endpoint: store.url, s3_region: 'eu-south-2', s3_upload_method: 'PUT' },
  });
  const first = ([request]: Kept[]): Kept => {
    assert.ok(request);
    return request;
  };
  return { ...ports, to_store: first(store.kept), to_ocr: first(ocr.kept), to_embeddings: first(embeddings.kept) };
});

/** A white PNG. */
export const blank = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#fff' } }).png();
export const bytesOf = async (image: Sharp) => new Uint8Array(await image.toBuffer());
/** A document that is decoded for minutes. */
export const endless = () => new Uint8Array(picture(30_000, zeros(16), { times: 100 }));
export async function failureOf(service: Serving, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { failure } = await service.reached(await service.takeIn(bytes), 'REJECTED', 'INDEX_FAILED');
  return `${failure?.code}: ${failure?.detail}`;
}
