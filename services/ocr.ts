/** OCR: the words on a picture, with their places; read here, or by a remote engine. */
import { failureOf } from '../contract/failures.ts';
import type { Made, OcrInput } from '../contract/steps.ts';
import type { Page } from '../contract/text.ts';
import type { Asked, Objects, PageRead, PictureToRead, Recogniser, RecogniserAsked, RemoteRecogniser } from '../runtime/ports.ts';
import { type RemoteService, type Service, type ServiceContext, ServiceError } from '../runtime/service.ts';
import { groundOf } from './ground.ts';
import { missingFact } from './missing-fact.ts';
import { decoded, headerOf, uprightSize } from './picture.ts';
import { bytesOf } from './read-object.ts';

type OcrOutput = Made & { engine: string; pages: Page[] };

const remote: RemoteService<OcrInput> = {
  isGiven: ({ recogniser }) => recogniser.remote !== undefined,
  reads: ({ original_key }) => JSON.stringify([original_key]),
  async submit({ resource_id, org_id, original_key }, { task_id, facts, objects, recogniser, limits, signal }) {
    const resource = await facts.resources.get({ org_id }, resource_id);
    if (!resource) throw missingFact('the resource', resource_id);
    const pages = async () => [(await prepared(objects, original_key, limits)).picture];
    return given(recogniser).submit({ task_id, resource_id, languages: resource.metadata.languages, pages }, signal);
  },
  async ask(input, provider_job_id, context) {
    const { task_id, recogniser, signal } = context;
    return told(await given(recogniser).ask({ task_id, provider_job_id }, signal), input, context);
  },
  async calledBack(body, input, context) {
    const { provider_job_id, asked } = given(context.recogniser).read(body);
    return { provider_job_id, asked: await told(asked, input, context) };
  },
  /** Ids of runs are in the order of time: what answers the run that made the recognition, or one before it, is nothing new. */
  async isOfNow({ org_id, resource_id, task_id }, facts) {
    const resource = await facts.resources.get({ org_id }, resource_id);
    return resource !== null && (resource.recognition_id === null || task_id > resource.recognition_id);
  },
};

/** Reads the frozen copy only. Running it twice costs time; its row has the id of the run, so that a result told twice is one row. */
export const ocr: Service<OcrInput, OcrOutput> = {
  async run({ original_key }, { task_id, objects, recogniser, limits, signal }) {
    const { picture, size } = await prepared(objects, original_key, limits);
    const { text, confidence, words } = await recogniser.recognise(picture, signal);
    return { fact_id: task_id, engine: recogniser.engine, pages: [{ page: picture.page, ...size, text, confidence, words }] };
  },
  async writes({ fact_id, engine, pages }, { input: { resource_id, org_id }, at }) {
    return { facts: [{ into: 'recognitions', row: { recognition_id: fact_id, resource_id, org_id, at, engine, pages } }] };
  },
  remote,
};

function given({ engine, remote }: Recogniser): RemoteRecogniser {
  if (!remote) throw new Error(`${engine} is in this process`);
  return remote;
}

/** What a remote engine said, as the output of this run. */
async function told(asked: RecogniserAsked, input: OcrInput, context: ServiceContext): Promise<Asked> {
  return asked.status === 'done' ? { status: 'done', output: await outputOf(asked.pages, input, context) } : asked;
}

/** The page that was sent, and no other; with its size, which the engine does not know: it saw a smaller copy. */
async function outputOf(
  pages: (PageRead & { page: number })[],
  { resource_id, org_id }: OcrInput,
  { task_id, facts, recogniser: { engine } }: ServiceContext,
): Promise<OcrOutput> {
  const resource = await facts.resources.get({ org_id }, resource_id);
  if (resource?.width == null || resource.height === null) throw missingFact('the size of', resource_id);
  const [page, ...others] = pages;
  if (page?.page !== FIRST_PAGE || others.length > 0) {
    const numbers = pages.slice(0, 10).map((one) => one.page);
    throw new ServiceError(
      failureOf('PROVIDER_BAD_RESULT', `${engine} answered pages [${numbers}]; it was sent page ${FIRST_PAGE}`),
    );
  }
  return { fact_id: task_id, engine, pages: [{ ...page, width: resource.width, height: resource.height }] };
}
const FIRST_PAGE = 1;

type Size = { width: number; height: number };
type Limits = { max_pixels: number; ocr_pixels: number };

/** As it is handed to an engine, and the size of the upright page. */
async function prepared(objects: Objects, original_key: string, limits: Limits): Promise<{ picture: PictureToRead; size: Size }> {
  const bytes = await bytesOf(objects, original_key);
  const size = uprightSize(await headerOf(bytes));
  return { picture: await toRead(bytes, size, limits), size };
}

/** As a person holds it, on its ground, in grey, and no larger than recognition gains by. */
async function toRead(bytes: Uint8Array, { width, height }: Size, { max_pixels, ocr_pixels }: Limits): Promise<PictureToRead> {
  const upright = decoded(bytes, max_pixels);
  const picture = upright.flatten({ background: await groundOf(upright) }).greyscale();
  const scale = Math.sqrt(ocr_pixels / (width * height));
  const sized = scale < 1 ? picture.resize({ width: Math.max(1, Math.floor(width * scale)) }) : picture;
  const { data, info } = await sized.png({ compressionLevel: 1 }).toBuffer({ resolveWithObject: true });
  return { png: data, page: FIRST_PAGE, width: info.width, height: info.height };
}
