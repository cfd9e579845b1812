/**
 * Dynamic forms (XFA): their page says "Please wait", and what the form shows is laid out by a few programs only. What a person has filled in
 * stands in the file as XML, so it is found all the same.
 */
import type { Pdfium } from './pdf-chars.ts';
import { bytesFrom } from './pdf-strings.ts';

/** FPDF_GetFormType: a form that is to be laid out anew, and one that has its pages too. */
const [DYNAMIC, WITH_PAGES] = [2, 3];
const MAX_PACKETS = 100;
const MAX_XML_BYTES = 4 * 1024 * 1024;
const MAX_CHARS = 50_000;
/** The page that stands in for the form, in the words of the program that makes most of them. */
const PLACEHOLDER = /please wait|请稍候|請稍候|正在等待|veuillez patienter|bitte warten/i;

/** `shown`: the text of the first page. null: it is no dynamic form. */
export function filledIn(pdfium: Pdfium, document: number, shown: string): string | null {
  const type = pdfium.FPDF_GetFormType(document);
  if (type !== DYNAMIC && !(type === WITH_PAGES && PLACEHOLDER.test(shown))) return null;
  const count = Math.min(pdfium.FPDF_GetXFAPacketCount(document), MAX_PACKETS);
  for (let i = 0; i < count; i++) {
    const name = bytesFrom(pdfium, (at, size) => pdfium.FPDF_GetXFAPacketName(document, i, at, size)).toString('latin1');
    if (name.replace(/\0/g, '') === 'datasets') return valuesIn(contentOf(pdfium, document, i));
  }
  return '';
}

function contentOf(pdfium: Pdfium, document: number, index: number): string {
  const { malloc, free } = pdfium.pdfium.wasmExports;
  const length = malloc(4);
  try {
    const fill = (at: number, size: number) => {
      pdfium.FPDF_GetXFAPacketContent(document, index, at, size, length);
      return new Uint32Array(pdfium.pdfium.HEAPU8.buffer, length, 1)[0] ?? 0;
    };
    return bytesFrom(pdfium, fill, MAX_XML_BYTES).toString('utf8');
  } finally {
    free(length);
  }
}

/** Each value on a line. Only text is looked for, so no parser that would follow entities is needed. */
function valuesIn(xml: string): string {
  const [, data = ''] = /<(?:\w+:)?data\b[^<>]*>([\s\S]*?)<\/(?:\w+:)?data\s*>/.exec(xml) ?? [];
  const values = data.split(/<[^<>]*>/).map((text) => unescaped(text).trim());
  return values
    .filter((value) => value !== '')
    .join('\n')
    .slice(0, MAX_CHARS);
}
const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const unescaped = (text: string) =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '';
  });
