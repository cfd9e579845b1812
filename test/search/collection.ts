/**
 * A collection whose relevance is known by construction: receipts, letters and notices in Chinese and English, each made of facts (who, when,
 * how much, which code) that are written in one of many ways. Some pages have slips as recognition makes them. The same seed gives the same.
 */
import { seeded } from '../worlds/texts.ts';

export type Facts = {
  person: string;
  company: string;
  thing: string;
  /** UTC. */
  date: Date;
  /** In hundredths. */
  cents: number;
  phone: string;
  code: string;
  surname: string;
  /** What kind of paper it is, and the sentence at its end. */
  kind: string;
  closing: string;
};
export type Made = { id: string; chinese: boolean; facts: Facts; title: string; tag: string; filename: string; text: string };

export type Random = {
  next(): number;
  whole(max: number): number;
  one<Value>(of: readonly [Value, ...Value[]]): Value;
};
export function randomOf(seed: number): Random {
  const next = seeded(seed);
  const whole = (max: number) => Math.floor(next() * max);
  return { next, whole, one: (of) => of[whole(of.length)] ?? of[0] };
}

const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕'] as [string, ...string[]];
const GIVEN = [...'伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚桂鹏华红玲飞玉萍鑫波斌莉健俊帆雪琴宁博颖瑞'] as [string, ...string[]];
const PLACES = ['上海', '北京', '深圳', '杭州', '成都', '青岛', '南京', '苏州'] as const;
const NAMES_ZH = ['恒远', '万融', '金鼎', '华诚', '瑞丰', '东方', '创新', '明达', '天宇', '博雅', '安泰', '汇通'] as const;
const TRADES_ZH = ['贸易', '科技', '医疗器械', '建筑工程', '食品', '物流', '电子', '印刷'] as const;
const THINGS_ZH = [
  '空调',
  '打印机',
  '办公桌',
  '投影仪',
  '冰箱',
  '显示器',
  '饮水机',
  '复印纸',
  '扫描仪',
  '保险柜',
  '路由器',
  '会议椅',
] as const;
const FIRST = 'Oliver Amelia Conrad Matilda Bartholomew Rosalind Theodore Beatrix Edmund Cordelia Gilbert Philippa'.split(
  ' ',
) as [string, ...string[]];
const LAST =
  'Moreau Castellano Whitfield Ashdown Lindqvist Hawthorne Pemberton Delacroix Winterbourne Abernathy Fairfax Kowalski'.split(
    ' ',
  ) as [string, ...string[]];
const NAMES_EN = 'Bluecrest Redwood Northgate Silverline Harborview Oakfield Stonebridge Evergreen'.split(' ') as [
  string,
  ...string[],
];
const TRADES_EN = 'Foods Logistics Instruments Printing Textiles Furniture'.split(' ') as [string, ...string[]];
const THINGS_EN = 'thermometer projector cabinet refrigerator scanner keyboard ladder generator microscope whiteboard'.split(
  ' ',
) as [string, ...string[]];
const CLOSINGS_ZH = [
  '请在本月底前核对以上内容',
  '货物已验收并入库保管',
  '如有疑问请与本部门联系',
  '款项将于三个工作日内到账',
] as const;
const CLOSINGS_EN = [
  'the goods were paid in cash',
  'please check the order before the end of the month',
  'we bought two of them last week',
  'all parts were written off by the office',
] as const;
const YEAR_MS = 365 * 86_400_000;

/** Texts with slips of recognition, and those with many. */
const NOISE = { light: 0.36, strong: 0.24 };
/** Slips a hundred characters. */
const SLIPS = { light: 0.6, strong: 2 };

export function collection(seed: number, size: number): Made[] {
  const random = randomOf(seed);
  return Array.from({ length: size }, (_, n) => made(random, `d${String(n).padStart(6, '0')}`));
}

function made(random: Random, id: string): Made {
  const chinese = random.next() < 0.55;
  const facts = chinese ? factsZh(random) : factsEn(random);
  const { title, lines } = chinese ? linesZh(random, facts) : linesEn(random, facts);
  const share = random.next();
  const slips = share < NOISE.strong ? SLIPS.strong : share < NOISE.strong + NOISE.light ? SLIPS.light : 0;
  const tag = chinese ? random.one(['票据', '合同', '通知']) : random.one(['receipt', 'contract', 'notice']);
  return { id, chinese, facts, title, tag, filename: `scan_${id}.png`, text: noised(random, lines.join('\n'), slips) };
}

const common = (random: Random): Pick<Facts, 'date' | 'cents' | 'phone' | 'code'> => ({
  date: new Date(Date.UTC(2016, 0, 1) + Math.floor((random.next() * 9 * YEAR_MS) / 86_400_000) * 86_400_000),
  cents: random.next() < 0.5 ? (100 + random.whole(99_900)) * 100 : 10_000 + random.whole(9_990_000),
  phone: `1${random.one(['38', '50', '86', '59'])}${String(random.whole(1e8)).padStart(8, '0')}`,
  code: `${letters(random, 3)}${String(random.whole(1e5)).padStart(5, '0')}`,
});
const letters = (random: Random, n: number) =>
  Array.from({ length: n }, () => 'ACDEFGHJKMNPRTUVWXY'.charAt(random.whole(19))).join('');

function factsZh(random: Random): Facts {
  const surname = random.one(SURNAMES);
  const person = `${surname}${random.one(GIVEN)}${random.next() < 0.5 ? random.one(GIVEN) : ''}`;
  const company = `${random.one(PLACES)}${random.one(NAMES_ZH)}${random.one(TRADES_ZH)}有限公司`;
  const [kind, closing] = [random.one(['收据', '付款通知', '送货单', '维修申请']), random.one(CLOSINGS_ZH)];
  return { person, surname, company, thing: random.one(THINGS_ZH), kind, closing, ...common(random) };
}
function factsEn(random: Random): Facts {
  const surname = random.one(LAST);
  const company = `${random.one(NAMES_EN)} ${random.one(TRADES_EN)}`;
  const [kind, closing] = [random.one(['Receipt', 'Invoice', 'Delivery note', 'Repair request']), random.one(CLOSINGS_EN)];
  const person = `${random.one(FIRST)} ${surname}`;
  return { person, surname, company, thing: random.one(THINGS_EN), kind, closing, ...common(random) };
}

function linesZh(random: Random, facts: Facts): { title: string; lines: string[] } {
  const { person, company, thing, kind, closing } = facts;
  const lines = [
    company,
    `经办人：${person}`,
    `品名：${thing}，数量 ${1 + random.whole(9)} 台`,
    `型号：${codeWritten(random, facts.code)}`,
    `日期：${dateWritten(random, facts.date, 'zh')}`,
    `合计：${amountWritten(random, facts.cents, 'zh')}`,
    `电话：${phoneWritten(random, facts.phone)}`,
    closing,
  ];
  return { title: `${kind}${random.next() < 0.3 ? ` ${thing}` : ''}`, lines: [kind, ...shuffled(random, lines)] };
}
function linesEn(random: Random, facts: Facts): { title: string; lines: string[] } {
  const { person, company, thing, kind, closing } = facts;
  const lines = [
    company,
    `Handled by ${person}`,
    `Item: ${random.next() < 0.2 ? broken(random, thing) : thing}, ${1 + random.whole(9)} pcs`,
    `Ref. ${codeWritten(random, facts.code)}`,
    `Date: ${dateWritten(random, facts.date, 'en')}`,
    `Total ${amountWritten(random, facts.cents, 'en')}`,
    `Tel: ${phoneWritten(random, facts.phone)}`,
    closing,
  ];
  return { title: `${kind}${random.next() < 0.3 ? ` ${thing}` : ''}`, lines: [kind, ...shuffled(random, lines)] };
}

/** Over the end of a line, with a hyphen or none, or by a space too many. */
function broken(random: Random, word: string): string {
  const at = 3 + random.whole(word.length - 5);
  return `${word.slice(0, at)}${random.one(['-\n', '\n', ' '])}${word.slice(at)}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const HAN_DIGITS = '〇一二三四五六七八九';
const han = (n: number): string =>
  n < 10
    ? HAN_DIGITS.charAt(n)
    : `${n < 20 ? '' : HAN_DIGITS.charAt(Math.floor(n / 10))}十${n % 10 === 0 ? '' : HAN_DIGITS.charAt(n % 10)}`;
const two = (n: number) => String(n).padStart(2, '0');

export function dateWritten(random: Random, date: Date, language: 'zh' | 'en' | 'digits'): string {
  const [y, m, d] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  const digits = [`${y}-${two(m)}-${two(d)}`, `${y}/${m}/${d}`, `${y}.${two(m)}.${two(d)}`, `${y}${two(m)}${two(d)}`] as const;
  const name = MONTHS[m - 1] ?? '';
  const years = Array.from(String(y), (one) => HAN_DIGITS.charAt(Number(one))).join('');
  if (language === 'digits') return random.one(digits);
  if (language === 'zh') return random.one([`${y}年${m}月${d}日`, `${years}年${han(m)}月${han(d)}日`, random.one(digits)]);
  return random.one([`${name} ${d}, ${y}`, `${d} ${name.slice(0, 3)} ${y}`, random.one(digits)]);
}

const grouped = (whole: number) => String(whole).replace(/\B(?=(\d{3})+$)/g, ',');
export function amountWritten(random: Random, cents: number, language: 'zh' | 'en'): string {
  const whole = Math.floor(cents / 100);
  const decimals = two(cents % 100);
  if (language === 'en') return random.one([`$${grouped(whole)}.${decimals}`, `USD ${whole}.${decimals}`]);
  const written = [`¥${grouped(whole)}.${decimals}`, `${whole}.${decimals}元`, `RMB ${whole}.${decimals}`] as const;
  return cents % 100 === 0 && random.next() < 0.3 ? capitals(whole) : random.one(written);
}

const CAPITALS = '零壹贰叁肆伍陆柒捌玖';
export function capitals(whole: number): string {
  const section = (n: number): string => {
    let text = '';
    for (const [i, unit] of ['仟', '佰', '拾', ''].entries()) {
      const digit = Math.floor(n / 10 ** (3 - i)) % 10;
      if (digit > 0) text += CAPITALS.charAt(digit) + unit;
      else if (text !== '' && n % 10 ** (3 - i) > 0 && !text.endsWith('零')) text += '零';
    }
    return text;
  };
  const [high, low] = [Math.floor(whole / 10_000), whole % 10_000];
  const zero = high > 0 && low > 0 && low < 1_000 ? '零' : '';
  return `人民币${high > 0 ? `${section(high)}万` : ''}${zero}${section(low)}元整`;
}

export const phoneWritten = (random: Random, phone: string): string => {
  const [a, b, c] = [phone.slice(0, 3), phone.slice(3, 7), phone.slice(7)];
  return random.one([phone, `${a} ${b} ${c}`, `${a}-${b}-${c}`, `+86 ${a} ${b} ${c}`, `+86${phone}`]);
};
export const codeWritten = (random: Random, code: string): string =>
  random.one([code, `${code.slice(0, 3)}-${code.slice(3)}`, `${code.slice(0, 6)}-${code.slice(6)}`]);

function shuffled<Value>(random: Random, all: Value[]): Value[] {
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = random.whole(at + 1);
    const [one, two] = [all[at], all[other]];
    if (one !== undefined && two !== undefined) [all[at], all[other]] = [two, one];
  }
  return all;
}

/** What recognition takes for what. */
const SLIP: Record<string, string> = {
  ...{ 0: 'O', 1: 'l', 5: 'S', 8: 'B', 2: 'Z', o: '0', l: '1', e: 'c', h: 'b', n: 'r', i: 'l', a: 'o' },
  ...{
    伟: '佛',
    强: '弶',
    丽: '雨',
    明: '朋',
    军: '车',
    敏: '繁',
    华: '毕',
    红: '江',
    平: '乎',
    静: '净',
    波: '泼',
    俊: '浚',
    月: '目',
    库: '厍',
  },
  ...{ 日: '曰', 公: '么', 司: '可', 有: '冇', 已: '己', 人: '入', 未: '末', 土: '士', 张: '弡', 林: '材' },
};
function noised(random: Random, text: string, per_hundred: number): string {
  if (per_hundred === 0) return text;
  return Array.from(text, (one) => (random.next() < (per_hundred / 100) * SLIP_SHARE ? (SLIP[one] ?? one) : one)).join('');
}
/** One character in so many has a look-alike above. */
const SLIP_SHARE = 3;
