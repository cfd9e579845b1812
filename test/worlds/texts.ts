/**
 * Generated texts in Chinese and English that share a vocabulary, as a collection of one kind of picture does: some words are in one
 * of ten texts, most are rare. The same seed gives the same texts.
 */
import type { SavedText } from '../../runtime/ports/texts.ts';

/** Numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const HAN =
  '的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严';
const STEMS =
  'market report invoice total amount date number customer order street garden river mountain window paper letter station ticket train travel hotel coffee sugar water energy power engine machine computer network server storage picture camera light color music theatre museum library school teacher student lesson science history nature animal forest island ocean weather winter summer spring autumn morning evening kitchen recipe butter cheese bread fruit apple orange lemon doctor hospital medicine health insurance contract agreement company manager office meeting project budget account payment receipt bank credit price value product service delivery address phone message notice warning safety'.split(
    ' ',
  );
const ENDS = ['', '', '', 's', 'ing', 'ed', 'er', 'ly', 'ment', 'ness'];

/** Few are common, most rare. (Zipf's law with exponent 1: inverse of its distribution.) */
const rank = (random: number, of: number): number => Math.min(Math.floor((of + 1) ** random) - 1, of - 1);

export type Texts = { han(): string; word(): string; line(): string; text(lines: number): string };

export function texts(random: () => number): Texts {
  const characters = [...HAN];
  const pick = (of: number) => rank(random(), of);
  /** Words of two or three characters; the vocabulary is the same for every seed. */
  const han = () => {
    const n = pick(20_000);
    const at = (k: number) => characters[(n * k + (n >> 3)) % characters.length] ?? '';
    return n % 4 === 0 ? at(7) + at(31) + at(113) : at(7) + at(31);
  };
  const word = () => {
    const n = pick(STEMS.length * ENDS.length * 4);
    const stem = STEMS[n % STEMS.length] ?? '';
    const joined = n >= STEMS.length * ENDS.length ? (STEMS[(n * 13) % STEMS.length] ?? '') : '';
    return joined + stem + (ENDS[Math.floor(n / STEMS.length) % ENDS.length] ?? '');
  };
  const many = (n: number, one: () => string, between: string) => Array.from({ length: n }, one).join(between);
  const line = () => {
    const kind = random();
    if (kind < 0.5) return `${many(2 + Math.floor(random() * 3), han, '')}，${many(2 + Math.floor(random() * 3), han, '')}。`;
    if (kind < 0.85) return `${many(4 + Math.floor(random() * 5), word, ' ')}.`;
    return `${many(2, han, '')} ${word()} ${Math.floor(random() * 100_000) / 100}`;
  };
  return { han, word, line, text: (lines) => many(lines, line, '\n') };
}

const YEAR_MS = 365 * 24 * 3_600_000;
const TAGS = ['receipt', 'letter', 'photo', '票据', '合同', 'notes'];

/** A saved text with everything that can be searched and filtered. About 300 characters. */
export function savedText(random: () => number, change: Partial<SavedText> = {}): SavedText {
  const made = texts(random);
  const n = Math.floor(random() * 1_000_000);
  return {
    title: random() < 0.5 ? `${made.han()}${made.han()}` : `${made.word()} ${made.word()}`,
    description: null,
    tags: [TAGS[Math.floor(random() * TAGS.length)] ?? ''],
    taken_at: random() < 0.7 ? Math.floor(Date.UTC(2020) + random() * 6 * YEAR_MS) : null,
    filename: `IMG_${n}.jpg`,
    batch_id: null,
    created_at: Math.floor(Date.UTC(2026) + random() * YEAR_MS),
    pages: [{ page: 1, text: made.text(8) }],
    ...change,
  };
}
