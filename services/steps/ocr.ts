/** OCR: the words on each page, with their places; those that the file has of its own, or read here, or by a remote engine. */
import sharp from 'sharp';
import { failureOf } from '../../contract/failures.ts';
import type { Json } from '../../contract/json.ts';
import type { Remark } from '../../contract/remarks.ts';
import { type EngineOrder, FILTER_OF_ENGINE, type Made, NO_READING, type OcrInput } from '../../contract/steps.ts';
import { type Page, turnsOf } from '../../contract/text.ts';
import type {
  Asked,
  PictureToRead,
  Recogniser,
  RecogniserAsked,
  RemotePage,
  RemoteRecogniser,
  WorkIdentity,
} from '../../runtime/ports/providers.ts';
import type { ResourceRow } from '../../runtime/ports/resources.ts';
import { type RemoteStepHandler, type StepContext, StepError, type StepHandler } from '../../runtime/tasks/step-handler.ts';
import { isSameWork, workIdOf } from '../../runtime/tasks/work-id.ts';
import { type Opened, type Size, scaleWithin } from '../formats/pages.ts';
import { sampleOf } from './line-sample.ts';
import { missingFact } from './missing-fact.ts';
import { renderForOcr, withOriginal } from './open-original.ts';
import { PageFailed, tried } from './page-failure.ts';
import { BETWEEN, enginesOf, OWN_TEXT, type PageReader, readPages } from './read-pages.ts';
import { NOTHING } from './turn-page.ts';

type OcrOutput = Made & { engine: string; pages: Page[]; remarks: Remark[] };

/** Pixels that a submission has at most, all pages together: several tens of megabytes. */
const SUBMITTED_PIXELS = 400_000_000;
/** What filters go by: `tesseract.js` of `tesseract.js/7 eng + text of the file`; migration 0028 makes the same of older rows. */
export const engineName = (engine: string): string | null => {
  const [first = ''] = engine.split(BETWEEN);
  const [name = ''] = first === OWN_TEXT ? [OF_FILE] : first.split('/');
  return name === '' ? null : name.slice(0, MAX_ENGINE_CHARS);
};
const MAX_ENGINE_CHARS = 100;
const OF_FILE = 'file';

const remote: RemoteStepHandler<OcrInput> = {
  isConfigured: ({ recogniser }) => recogniser.remote !== undefined,
  reads: ({ original_key, order }) => JSON.stringify(order === 0 ? [original_key] : [original_key, order]),
  async submit(input, context) {
    const { recogniser, signal } = context;
    const { org_id, order } = input;
    const resource = await resourceOf(input, context);
    const pages = () => withOriginal(input, context, (file, signal) => picturesOf(file, context, signal));
    const { languages } = resource.metadata;
    return given(recogniser).submit({ ...identityOf(input, resource, context), org_id, order, languages, pages }, signal);
  },
  async ask(input, provider_job_id, context) {
    const { recogniser, signal } = context;
    const of = identityOf(input, await resourceOf(input, context), context);
    return toAsked(await given(recogniser).ask({ ...of, provider_job_id }, signal), input, context);
  },
  async parseCallback(body, task_id, input, context) {
    const { provider_job_id, names, asked } = await given(context.recogniser).read(body);
    const { resource_id = input.resource_id, work_id = workOf(input) } = names;
    if (names.task_id !== task_id) throw ofOther('task_id');
    if (resource_id !== input.resource_id) throw ofOther('resource_id');
    if (!isSameWork(work_id, workOf(input))) throw ofOther('work_id');
    return { provider_job_id, asked: await toAsked(asked, input, context) };
  },
  /** Ids of runs are in the order of time: what answers the run that made the recognition, or one before it, is nothing new. */
  async isCurrent({ org_id, resource_id, task_id }, facts) {
    const resource = await facts.resources.get({ org_id }, resource_id);
    return resource !== null && (resource.recognition_id === null || task_id > resource.recognition_id);
  },
};

/** Reads the frozen copy only. Running it twice costs time; its row has the id of the run, so that a result sent twice is one row. */
export const ocr: StepHandler<OcrInput, OcrOutput> = {
  async run(input, context) {
    const { recogniser, limits } = context;
    const reader = (file: Opened, signal: AbortSignal): PageReader => {
      const drawn = async (page: number) => {
        const picture = await renderForOcr(file, page, limits.ocr_pixels);
        await file.rest();
        return picture;
      };
      const by = input.reading?.ordered_engine;
      const recognise = (picture: PictureToRead) =>
        recogniser.recognise(by === undefined ? picture : { ...picture, by }, signal, input.org_id);
      return {
        read: async (page) => recognise(await drawn(page)),
        readLines: async (page, lines) => {
          const { picture, back } = await sampleOf(await drawn(page), lines);
          return back(await recognise(picture));
        },
      };
    };
    return withOriginal(input, context, (file, signal) => outputOf(file, input, context, signal, reader(file, signal)));
  },
  async writes({ fact_id, engine, pages, remarks }, { input: { resource_id, org_id }, at }) {
    const row = { recognition_id: fact_id, resource_id, org_id, at, engine, pages };
    return { facts: [{ into: 'recognitions', row }], columns: { engine: engineName(engine), turns: turnsOf(pages) }, remarks };
  },
  remote,
};

async function resourceOf({ org_id, resource_id }: OcrInput, { facts }: StepContext): Promise<ResourceRow> {
  const resource = await facts.resources.get({ org_id }, resource_id);
  if (!resource) throw missingFact('the resource', resource_id);
  return resource;
}
/** Other languages and another size of the pages make it other work. */
function identityOf(input: OcrInput, { metadata }: ResourceRow, { task_id, limits }: StepContext): WorkIdentity {
  const options = { languages: metadata.languages, pixels: limits.ocr_pixels };
  return { resource_id: input.resource_id, task_id, work_id: workOf(input, options) };
}
const workOf = (input: OcrInput, options: Json = null) => workIdOf(input, options);
const ofOther = (name: string) =>
  new StepError(failureOf('PROVIDER_BAD_RESULT', `its ${name} is not the one that the address was given out for`));

function given({ engine, remote }: Recogniser): RemoteRecogniser {
  if (!remote) throw new Error(`${engine} is in this process`);
  return remote;
}

/** All pages, so that an engine sees the document whole; the more there are, the coarser. */
async function picturesOf(file: Opened, { limits }: StepContext, signal: AbortSignal): Promise<PictureToRead[]> {
  const max_pixels = Math.min(limits.ocr_pixels, SUBMITTED_PIXELS / file.sizes.length);
  const pictures: PictureToRead[] = [];
  for (const [i, size] of file.sizes.entries()) {
    signal.throwIfAborted();
    const page = i + 1;
    const drawn = await tried(() => renderForOcr(file, page, max_pixels), signal);
    if (drawn instanceof StepError && !(await isBroken(file, page, signal))) throw drawn;
    pictures.push(drawn instanceof StepError ? await blankPage(page, scaleWithin(size, BLANK_PIXELS)) : drawn);
  }
  return pictures;
}
/** Whether a page of several can't be looked at in any way. Then the answer for it, whatever it is, is not used: `readPages` finds out, too. */
const isBroken = async (file: Opened, page: number, signal: AbortSignal): Promise<boolean> =>
  file.sizes.length > 1 && (await tried(() => file.ownText(page), signal)) instanceof StepError;
/** What is sent in place of such a page. */
const BLANK_PIXELS = 10_000;
async function blankPage(page: number, { width, height }: Size): Promise<PictureToRead> {
  const paper = sharp({ create: { width, height, channels: 3, background: '#ffffff' } }).greyscale();
  return { png: await paper.png().toBuffer(), page, width, height };
}

async function outputOf(
  file: Pick<Opened, 'sizes' | 'ownText'>,
  { reading = NO_READING }: OcrInput,
  { task_id, recogniser: { engine } }: Pick<StepContext, 'task_id' | 'recogniser'>,
  signal: AbortSignal,
  reader: PageReader,
): Promise<OcrOutput> {
  const named: PageReader = { ...reader, read: async (page) => ({ engine, ...(await reader.read(page)) }) };
  const { pages, remarks, by } = await readPages(file, reading, signal, named);
  const replaced = reading.ordered_engine === undefined ? [] : readByOthers(pages, reading.ordered_engine);
  return { fact_id: task_id, engine: enginesOf(by), pages, remarks: [...remarks, ...replaced] };
}
/** Pages that another engine read than the one that was ordered: it failed, or this service has it no more. */
const readByOthers = (pages: readonly Page[], ordered: EngineOrder): Remark[] =>
  pages.flatMap(({ page, engine = '' }) => {
    const name = engineName(engine);
    if (name === null || name === OF_FILE || name === FILTER_OF_ENGINE[ordered]) return [];
    return [{ code: 'other_engine_read' as const, page, detail: `${ordered} was ordered, ${name} has read it` }];
  });

/** What a remote engine said, as the output of this run. */
async function toAsked(asked: RecogniserAsked, input: OcrInput, context: StepContext): Promise<Asked> {
  if (asked.status !== 'done') return asked;
  const { pages } = asked;
  const readOf = new Map(pages.map((page) => [page.page, page]));
  const read = async (page: number) => {
    const { failure, ...read }: RemotePage = readOf.get(page) ?? { ...NOTHING, page };
    if (failure) throw new PageFailed(failure);
    return read;
  };
  const work = async (file: Pick<Opened, 'sizes' | 'ownText'>, signal: AbortSignal) => {
    const sent = file.sizes.length;
    if (pages.length !== sent || file.sizes.some((_, i) => !readOf.has(i + 1))) throw otherPages(context, pages, sent);
    return outputOf(file, input, context, signal, { read, readLines: read });
  };
  try {
    return { status: 'done', output: await opened(input, context, work) };
  } catch (error) {
    if (error instanceof PageFailed) return { status: 'failed', failure: error.failure }; // of each page
    throw error;
  }
}

const otherPages = ({ recogniser: { engine } }: StepContext, pages: { page: number }[], sent: number) => {
  const numbers = pages.slice(0, 10).map((one) => one.page);
  const wanted = sent === 1 ? 'page 1' : `pages 1 to ${sent}`;
  return new StepError(failureOf('PROVIDER_BAD_RESULT', `${engine} answered pages [${numbers}]; it was sent ${wanted}`));
};

/** The file; for a single picture its size alone, which is known: then nothing is read for an answer. */
async function opened<Value>(
  input: OcrInput,
  context: StepContext,
  work: (file: Pick<Opened, 'sizes' | 'ownText'>, signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { resource_id, org_id } = input;
  const resource = await context.facts.resources.get({ org_id }, resource_id);
  if (resource?.width == null || resource.height === null) throw missingFact('the size of', resource_id);
  const { page_count, content_type, width, height } = resource;
  const is_single = page_count === 1 && content_type !== WITH_TEXT;
  const known = { sizes: [{ width, height }], ownText: async () => null };
  return is_single ? work(known, context.signal) : withOriginal(input, context, work);
}
const WITH_TEXT = 'application/pdf';
