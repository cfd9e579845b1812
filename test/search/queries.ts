/** Queries by kind, each with the documents that it must find: those that have the fact that it is about, however they write it. */
import {
  amountWritten,
  capitals,
  codeWritten,
  dateWritten,
  type Facts,
  type Made,
  phoneWritten,
  type Random,
  randomOf,
} from './collection.ts';

import { sameSound, soundOf } from './sounds.ts';

/** kind: a row of the table. relevant: ids; none for what is nowhere. beside: found as well, and left out when the list is looked at. */
export type Asked = { kind: string; typed: string; relevant: Set<string>; beside: Set<string> };

/**
 * typed: null where the document has nothing to ask for. same: documents that it must find beside the one that it was made from.
 * beside: those that have it otherwise than is looked at here, and are found as well.
 */
type Kind = {
  kind: string;
  typed(one: Made, random: Random): string | null;
  same(one: Made, typed: string): (other: Made) => boolean;
  beside?: (one: Made) => (other: Made) => boolean;
};

const by =
  (value: (facts: Facts) => unknown) =>
  (one: Made) =>
  (other: Made): boolean =>
    value(one.facts) === value(other.facts);
const chinese = (typed: (one: Made, random: Random) => string) => (one: Made, random: Random) =>
  one.chinese ? typed(one, random) : null;
const english = (typed: (one: Made, random: Random) => string) => (one: Made, random: Random) =>
  one.chinese ? null : typed(one, random);
const has = (value: string) => (other: Made) => other.text.includes(value);
/** Those whose text has slips in it, beside those that have it as it is. */
function misread(kind: string, of: 'zh' | 'en' | null, value: (facts: Facts) => string, written = (one: string) => [one]): Kind {
  const clean = (facts: Facts) => (other: Made) => written(value(facts)).some((one) => has(one)(other));
  const asked = ({ chinese: zh, facts }: Made) => (of === null || (of === 'zh') === zh) && value(facts) !== '';
  return {
    kind,
    typed: (one) => (asked(one) && !clean(one.facts)(one) ? value(one.facts) : null),
    same: (one) => (other) => by(value)(one)(other) && !clean(one.facts)(other),
    beside: ({ facts }) => clean(facts),
  };
}
const codes = (code: string) => [code, `${code.slice(0, 3)}-${code.slice(3)}`, `${code.slice(0, 6)}-${code.slice(6)}`];
const month = by(({ date }) => date.toISOString().slice(0, 'yyyy-mm'.length));
const day = by(({ date }) => date.getTime());
const person = by((facts) => facts.person);
const thing = by((facts) => facts.thing);

/** What the words of a text can answer as they are understood. */
export const UNDERSTOOD: readonly Kind[] = [
  { kind: 'company zh', typed: chinese(({ facts }) => facts.company), same: by(({ company }) => company) },
  { kind: 'company en', typed: english(({ facts }) => facts.company), same: by(({ company }) => company) },
  {
    kind: 'person zh',
    typed: chinese(({ facts }) => facts.person),
    same: (one) => (other) => other.facts.person.startsWith(one.facts.person),
  },
  { kind: 'person en, quoted', typed: english(({ facts }) => `"${facts.person}"`), same: person },
  {
    kind: '2 han',
    typed: chinese(({ facts }) => facts.thing.slice(0, 2)),
    same: (one) => (other) => other.facts.thing.startsWith(one.facts.thing.slice(0, 2)),
  },
  {
    kind: 'prefix',
    typed: english(({ facts }) => facts.surname.slice(0, 5)),
    same: (one) => (other) => other.facts.surname.startsWith(one.facts.surname.slice(0, 5)),
  },
  { kind: 'number', typed: ({ facts }, random) => phoneWritten(random, facts.phone), same: by(({ phone }) => phone) },
  { kind: 'code', typed: ({ facts }, random) => codeWritten(random, facts.code), same: by(({ code }) => code) },
  { kind: 'date, digits', typed: ({ facts }, random) => dateWritten(random, facts.date, 'digits'), same: day },
  {
    kind: 'date, words',
    typed: ({ facts, chinese: zh }, random) => dateWritten(random, facts.date, zh ? 'zh' : 'en'),
    same: day,
  },
  {
    kind: 'date, other language',
    typed: ({ facts, chinese: zh }, random) => dateWritten(random, facts.date, zh ? 'en' : 'zh'),
    same: day,
  },
  {
    kind: 'amount',
    typed: ({ facts, chinese: zh }, random) => amountWritten(random, facts.cents, zh ? 'zh' : 'en'),
    same: by(({ cents }) => cents),
  },
  {
    kind: 'amount, capitals',
    typed: chinese(({ facts }) => (facts.cents % 100 === 0 ? capitals(facts.cents / 100) : String(facts.cents / 100))),
    same: by(({ cents }) => cents),
  },
  {
    kind: 'month',
    typed: ({ facts: { date }, chinese: zh }) =>
      zh ? `${date.getUTCFullYear()}年${date.getUTCMonth() + 1}月` : `${date.toISOString().slice(0, 'yyyy-mm'.length)}`,
    same: month,
  },
  {
    kind: 'mixed, no space',
    typed: chinese(({ facts }) => `${facts.kind}${facts.code}`),
    same: by(({ code }) => code),
  },
  {
    kind: 'two words, any order',
    typed: ({ facts }) => `${facts.thing} ${facts.surname}`,
    same: (one) => (other) => thing(one)(other) && by(({ surname }) => surname)(one)(other),
  },
  { kind: 'person en', typed: english(({ facts }) => facts.person), same: person },
  { kind: 'file name', typed: ({ id }) => `scan_${id}`, same: (one) => (other) => other.id === one.id },
];

/** What is asked otherwise than it stands: the tiers below `exact` are for these. */
export const BEYOND: readonly Kind[] = [
  {
    kind: 'name and thing, no space zh',
    typed: chinese(({ facts }) => `${facts.person}${facts.thing}`),
    same: (one) => (other) => person(one)(other) && thing(one)(other),
  },
  {
    kind: 'one word too many',
    typed: ({ facts, chinese: zh }) => `${facts.person} ${facts.thing} ${zh ? '紫色' : 'purple'}`,
    same: (one) => (other) => person(one)(other) && thing(one)(other),
  },
  {
    kind: 'question zh',
    typed: chinese(({ facts }) => `${facts.person}买${facts.thing}花了多少钱？`),
    same: (one) => (other) => person(one)(other) && thing(one)(other),
  },
  {
    kind: 'question en',
    typed: english(({ facts }) => `how much did ${facts.person} pay for the ${facts.thing}?`),
    same: (one) => (other) => person(one)(other) && thing(one)(other),
  },
  {
    kind: 'compound zh, parts apart',
    typed: chinese(({ facts }) => `${facts.thing}${facts.kind}`),
    same: (one) => (other) => thing(one)(other) && by((facts) => facts.kind)(one)(other),
  },
  { kind: 'typo en', typed: english(({ facts }, random) => slipped(random, facts.surname)), same: by(({ surname }) => surname) },
  { kind: 'typo zh', typed: chinese(({ facts }) => facts.company.replace('有限', '友限')), same: by(({ company }) => company) },
  misread('ocr noise code', null, ({ code }) => code, codes),
  misread('ocr noise zh name', 'zh', (facts) => (facts.person.length > 2 ? facts.person : '')),
  misread('ocr noise zh phrase', 'zh', ({ company }) => company),
  misread('ocr noise en', 'en', (facts) => facts.person),
  {
    kind: 'split word en',
    typed: english(({ facts }) => facts.thing),
    same: (one) => (other) => thing(one)(other) && SPLIT.test(other.text),
    beside: (one) => (other) => thing(one)(other) && !SPLIT.test(other.text),
  },
  { kind: 'pinyin', typed: chinese(soundOf), same: (_, typed) => sameSound(typed) },
];

const SYNONYMS: Readonly<Record<string, string>> = {
  ...{ thermometer: 'temperature gauge', projector: 'beamer for slides', cabinet: 'cupboard', refrigerator: 'fridge' },
  ...{ scanner: 'digitizing machine', keyboard: 'typing device', ladder: 'something to climb up', generator: 'power supply' },
  ...{ microscope: 'magnifying instrument', whiteboard: 'blackboard' },
};
/** What no word of a text answers: for who has a model. */
export const MEANT: readonly Kind[] = [
  {
    kind: 'synonym en',
    typed: english(({ facts }) => SYNONYMS[facts.thing] ?? ''),
    same: (one) => (other) => !other.chinese && thing(one)(other),
  },
];

/** The thing of a text in two pieces, without a hyphen. */
const SPLIT = /Item: [a-z]+[\n ][a-z]+, /;

/** A letter left out in the middle, one too many, another one, or two that changed places. */
function slipped(random: Random, word: string): string {
  const at = 2 + random.whole(word.length - 4);
  const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)];
  return random.one([
    before + after,
    `${before}${letter}${letter}${after}`,
    `${before}k${after}`,
    `${before}${after.charAt(0)}${letter}${after.slice(1)}`,
  ]);
}

/** more: kinds beside those that words can answer. */
type Wanted = { seed: number; each: number; more?: readonly Kind[] };
/** At most `each` of a kind. */
export function queriesOf(documents: readonly Made[], { seed, each, more = [] }: Wanted): Asked[] {
  const random = randomOf(seed);
  const asked: Asked[] = [];
  for (const { kind, typed, same, beside } of [...UNDERSTOOD, ...BEYOND, ...more]) {
    const texts = new Set<string>();
    for (let tries = 0; texts.size < each && tries < each * 100; tries += 1) {
      const one = documents[random.whole(documents.length)];
      const text = one && typed(one, random);
      if (!one || !text || texts.has(text)) continue;
      texts.add(text);
      asked.push({
        kind,
        typed: `${text}${text.endsWith('"') || kind === 'prefix' ? '' : ' '}`,
        relevant: new Set(documents.filter(same(one, text)).map(({ id }) => id)),
        beside: new Set(beside ? documents.filter(beside(one)).map(({ id }) => id) : []),
      });
    }
  }
  const nowhere = [
    '蓝鲸潜水艇',
    '宇航员头盔',
    'hippopotamus',
    'xylophone concerto',
    '1999-12-31',
    'ZZQ99999',
    '13000000001',
    '￥7,777,777.77',
  ];
  return [
    ...asked,
    ...nowhere.map((typed) => ({
      kind: 'nothing there',
      typed: `${typed} `,
      relevant: new Set<string>(),
      beside: new Set<string>(),
    })),
  ];
}
