/**
 * The pages of a file, read one after the other: the text that the file has of its own, what is recognised, or both.
 *
 * A page that can't be read does not fail its document: the others are kept, and it has a remark. That holds for failures of the page
 * itself alone, once its attempts are used up. An outage, a worker that is lost, and the time limits of the document end the run, as does a
 * document of which no page can be read.
 */
import { failureOf, type ServiceFailure } from '../../contract/failures.ts';
import type { PageRemark, Remark } from '../../contract/remarks.ts';
import type { Reading } from '../../contract/steps.ts';
import type { Page, Word } from '../../contract/text.ts';
import type { PageRead } from '../../runtime/ports/providers.ts';
import { StepError } from '../../runtime/tasks/step-handler.ts';
import type { Opened, OwnText } from '../formats/pages.ts';
import { checkWords } from './open-original.ts';
import { comparedWith, doubtfulLines, isOfAnotherPage } from './own-text.ts';
import { tried } from './page-failure.ts';
import { NOTHING, shownRead, turnedSize } from './turn-page.ts';

export type PageReader = {
  /** What is recognised on the page, with the engine that did. */
  read(page: number): Promise<PageRead>;
  /** What is recognised where these lines stand. */
  readLines(page: number, lines: Word[][]): Promise<PageRead>;
};
/** Which engines anything is of, in the order of the pages, and whether anything is of the file. */
export type ReadBy = { engines: string[]; file: boolean };
export type PagesRead = { pages: Page[]; remarks: Remark[]; by: ReadBy };
type File = Pick<Opened, 'sizes' | 'ownText'>;

/** Attempts at one page in one run. The second is for a machine that was busy, and comes after the other pages. */
const ATTEMPTS = 2;
/** Pages of which lines are compared; beyond them every so manieth, unless one was found to be wrong. */
const COMPARED = 8;
/** Share of the characters of a page that are likely right, below which about every second word of four letters has an error. */
const DOUBTFUL = 0.85;

export async function readPages(file: File, reading: Reading, signal: AbortSignal, reader: PageReader): Promise<PagesRead> {
  const owns = new Map<number, OwnText>();
  const how = { reading, reader, owns, trust: ownTextTrust(reading, reader, signal) };
  const done = new Map<number, PageDone>();
  const failed = new Map<number, ServiceFailure>();
  let words = 0;
  const keep = (page: number, one: PageDone) => {
    failed.delete(page);
    done.set(page, one);
    words += one.read.words.length;
    checkWords(words, page);
  };
  let left = file.sizes.map((_, i) => i + 1);
  let first: StepError | null = null;
  for (let attempt = 1; attempt <= ATTEMPTS && left.length > 0; attempt++) {
    for (const page of left) {
      signal.throwIfAborted();
      const one = await tried(() => pageOf(file, page, how), signal);
      if (one instanceof StepError) {
        first ??= one;
        failed.set(page, one.failure);
      } else keep(page, one);
    }
    left = [...failed].flatMap(([page, { retryable }]) => (retryable ? [page] : []));
    if (first && done.size === 0 && owns.size === 0) throw first; // its task has attempts of its own
  }
  for (const [page, failure] of [...failed]) {
    const own = owns.get(page);
    if (own) keep(page, unreadBeside(own, failure));
  }
  if (first && done.size === 0) throw first;
  return togetherOf(file, done, failed);
}

function togetherOf({ sizes }: File, done: Map<number, PageDone>, failed: Map<number, ServiceFailure>): PagesRead {
  const by: ReadBy = { engines: [], file: false };
  const remarks: Remark[] = [];
  const pages = sizes.map((size, i): Page => {
    const page = i + 1;
    const one = done.get(page) ?? unread(failed.get(page));
    by.engines = [...new Set([...by.engines, ...one.by.engines])];
    by.file ||= one.by.file;
    remarks.push(...one.remarks.map((remark) => ({ ...remark, page })));
    const { text, confidence, words, turned } = one.read;
    const read = { ...turnedSize(size, turned), page, text, confidence, words, ...(turned ? { turned } : {}) };
    return { ...read, ...madeBy(one) };
  });
  return { pages, remarks, by };
}

/** How the text that a file has of its own is named among engines. */
export const OWN_TEXT = 'text of the file';
export const BETWEEN = ' + ';
/** As it is stored: `ppocr/4 + text of the file`; empty: of nothing. */
export const enginesOf = ({ engines, file }: ReadBy): string => [...engines, ...(file ? [OWN_TEXT] : [])].join(BETWEEN);
const madeBy = ({ by, second_engine }: PageDone): Pick<Page, 'engine' | 'second_engine'> => ({
  ...(by.engines.length > 0 || by.file ? { engine: enginesOf(by) } : {}),
  ...(second_engine === undefined ? {} : { second_engine }),
});

/** second_engine: as in a Page. */
type PageDone = { read: PageRead; remarks: PageRemark[]; by: ReadBy; second_engine?: string };
/** owns: what the file says of its pages, as far as it was asked. */
type How = { reading: Reading; reader: PageReader; trust: Trust; owns: Map<number, OwnText> };

async function pageOf(file: File, page: number, { reading, reader, trust, owns }: How): Promise<PageDone> {
  const own = reading.own_text === 'ignore' ? null : await file.ownText(page);
  if (own) owns.set(page, own);
  const remarks = [...(own?.remarks ?? [])];
  if (own?.is_whole && (await trust.isGood(own, page))) return { read: own.read, remarks, by: { engines: [], file: true } };
  const recognised = await reader.read(page);
  const second = recognised.second_engine === undefined ? {} : { second_engine: recognised.second_engine };
  const engines = recognised.engine === undefined ? [] : [recognised.engine];
  const is_wrong = own !== null && recognised.text !== '' && trust.isWrong(own, recognised);
  if (own === null || is_wrong) {
    const doubt = is_wrong ? [{ code: 'text_layer_doubtful' as const, detail: 'the page was recognised instead' }] : [];
    return {
      read: shownRead(null, recognised),
      remarks: [...remarks, ...doubt, ...recognisedRemarks(recognised)],
      by: { engines, file: false },
      ...second,
    };
  }
  return own.is_whole
    ? { read: own.read, remarks, by: { engines: [], file: true } }
    : { read: shownRead(own.read, recognised), remarks, by: { engines, file: true }, ...second };
}

function recognisedRemarks({ text, confidence, looks_written = false }: PageRead): PageRemark[] {
  if (text === '') return looks_written ? [{ code: 'no_text_found', detail: 'pieces of ink stand in lines, as letters do' }] : [];
  return confidence < DOUBTFUL ? [{ code: 'low_confidence', detail: `the mean confidence is ${confidence.toFixed(2)}` }] : [];
}

const unread = (failure = failureOf('UNEXPECTED', '')): PageDone => ({
  read: NOTHING,
  remarks: [{ code: 'page_unread', detail: detailOf(failure) }],
  by: { engines: [], file: false },
});
const unreadBeside = (own: OwnText, failure: ServiceFailure): PageDone => ({
  read: own.read,
  remarks: [...(own.remarks ?? []), { code: 'picture_not_read', detail: detailOf(failure) }],
  by: { engines: [], file: true },
});
const detailOf = ({ code, detail }: ServiceFailure) => `${code}: ${detail}`;

type Trust = {
  /** Whether the own text of a page may stand as it is. */
  isGood(own: OwnText, page: number): Promise<boolean>;
  /** Whether it is contradicted by what the page was recognised as. */
  isWrong(own: OwnText, recognised: PageRead): boolean;
};
function ownTextTrust({ own_text }: Reading, { readLines }: PageReader, signal: AbortSignal): Trust {
  if (own_text === 'use') return { isGood: async () => true, isWrong: () => false };
  let compared = 0;
  let wrong = false;
  return {
    async isGood(own, page) {
      const lines = doubtfulLines(own);
      if (lines.length === 0 || !(wrong || compared < COMPARED || page % COMPARED === 0)) return true;
      compared += 1;
      const read = await tried(() => readLines(page, lines), signal);
      const compared_with = read instanceof StepError ? 'unclear' : comparedWith(lines, read);
      // What is seen and can't be compared is believed; what is not seen at all must be confirmed.
      const is_good = compared_with === 'agrees' || (compared_with === 'unclear' && own.shows !== 'nothing');
      wrong ||= compared_with === 'differs';
      return is_good;
    },
    isWrong(own, recognised) {
      const compared_with = comparedWith(doubtfulLines(own), recognised);
      return (
        compared_with === 'differs' ||
        (compared_with === 'unclear' && own.shows === 'nothing' && isOfAnotherPage(own, recognised))
      );
    },
  };
}
