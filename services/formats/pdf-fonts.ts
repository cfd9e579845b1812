/**
 * The font that PDFium draws Chinese with where a file names a font and does not bring it: its own 14 have no Chinese. It is loaded
 * when the first page needs it. Where there is none, PDFium draws without: such signs are left blank.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import type { Pdfium } from './pdf-chars.ts';

/** The Windows numbers of what a font is for: Japanese, Korean, simplified and traditional Chinese. */
const EAST_ASIAN = new Set([128, 129, 134, 136]);
/** Names of Chinese families, for files that do not say what their font is for: a subset's prefix may stand before them. */
const CHINESE_NAME =
  /sim(sun|hei|kai|fang)|yahei|jhenghei|(ming|hei|kai|fang ?song|song|yuan)(ti|liu|std|\b|[-_,])|^(\w{6}\+)?(st|fz|hy|dfkai|deng)|ping ?fang|hiragino ?sans ?gb|source ?han|noto ?s\w+ ?(cjk|[st]c)|wenquan|wqy|droid ?sans ?fallback|gb_?2312|gb18030|big5|[\u3400-\u9fff]/i;
/** Copies that are made of the font for one document, each of 4 MB: PDFium makes one for each weight. */
const MAX_COPIES = 24;

/** FPDF_SYSFONTINFO, version 1: nine words of 4 bytes. */
const INFO_BYTES = 36;
const VERSION = 1;
/** PDFium's own, which it asks for where another font has not one sign. */
const FOR_SINGLE_SIGNS = 'Helvetica';
const WHOLE_FILE = 0;
const FOUND = 1;
const NONE = 0;

export type Fonts = {
  /** Another document, or the same opened anew. `by_name`: whether the name of a family is enough to be given the font. */
  reset(by_name: boolean): void;
  /** Whether one was given for its name alone. Such a file may mean the glyphs of its own font by their numbers, which are others here. */
  isGuess(): boolean;
  /** Whether one was asked for that may not have all signs: only then it need be looked whether any are lacking. */
  areLacking(): boolean;
};

/** Gives PDFium its font: before a document is opened. */
export function provideFonts(pdfium: Pdfium): Fonts {
  const { pdfium: module } = pdfium;
  const name = Buffer.from('Droid Sans Fallback\0'); // one name for all, so that copies are shared
  let font: Uint8Array | null | undefined;
  let state = { copies: 0, by_name: true, is_guess: false, is_lacking: false };
  const find = (charset: number, face: string) => {
    const is_certain = EAST_ASIAN.has(charset);
    state.is_lacking ||= face !== FOR_SINGLE_SIGNS;
    if (state.copies >= MAX_COPIES || !(is_certain || (state.by_name && CHINESE_NAME.test(face)))) return NONE;
    if (font === undefined) font = loadedFont();
    state.is_guess ||= !is_certain;
    return font ? FOUND : NONE;
  };
  const fill = (bytes: Uint8Array, at: number, room: number): number => {
    if (at !== 0 && room >= bytes.byteLength) module.HEAPU8.set(bytes, at);
    return bytes.byteLength;
  };
  const release = module.addFunction(() => {}, 'vi');
  const enumerate = module.addFunction(() => {}, 'vii');
  const map = module.addFunction(
    (_: number, _weight: number, _italic: number, charset: number, _pitch: number, face: number) =>
      find(charset, module.UTF8ToString(face)),
    'iiiiiiii',
  );
  const get = module.addFunction((_: number, face: number) => find(0, module.UTF8ToString(face)), 'iii');
  const data = module.addFunction((_: number, _font: number, table: number, at: number, room: number) => {
    if (table !== WHOLE_FILE || !font) return 0;
    if (at !== 0) state.copies += 1;
    return fill(font, at, room);
  }, 'iiiiii');
  const face = module.addFunction((_: number, _font: number, at: number, room: number) => fill(name, at, room), 'iiiii');
  const charset = module.addFunction(() => 1, 'iii'); // any
  const remove = module.addFunction(() => {}, 'vii');
  const info = module.wasmExports.malloc(INFO_BYTES); // kept as long as PDFium is
  new Int32Array(module.HEAPU8.buffer, info, INFO_BYTES / 4).set([
    VERSION,
    ...[release, enumerate, map, get, data, face, charset, remove],
  ]);
  pdfium.FPDF_SetSystemFontInfo(info);
  return {
    reset(by_name) {
      state = { copies: 0, by_name, is_guess: false, is_lacking: false };
    },
    isGuess: () => state.is_guess,
    areLacking: () => state.is_lacking,
  };
}

/** null: it was taken out. `#fonts` is in package.json, so that sources and compiled files find the same. */
function loadedFont(): Uint8Array | null {
  try {
    return gunzipSync(readFileSync(createRequire(import.meta.url).resolve('#fonts/DroidSansFallbackFull.ttf.gz')));
  } catch {
    return null;
  }
}
