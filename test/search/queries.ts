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

/** kind: a row of the table. relevant: ids; none for what is nowhere. */
export type Asked = { kind: string; typed: string; relevant: Set<string> };

/** typed: null where the document has nothing to ask for. same: documents that it must find beside the one that it was made from. */
type Kind = { kind: string; typed(one: Made, random: Random): string | null; same(one: Made): (other: Made) => boolean };

const by =
  (value: (facts: Facts) => unknown) =>
  (one: Made) =>
  (other: Made): boolean =>
    value(one.facts) === value(other.facts);
const chinese = (typed: (one: Made, random: Random) => string) => (one: Made, random: Random) =>
  one.chinese ? typed(one, random) : null;
const english = (typed: (one: Made, random: Random) => string) => (one: Made, random: Random) =>
  one.chinese ? null : typed(one, random);
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
  { kind: 'person en', typed: english(({ facts }) => `"${facts.person}"`), same: person },
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
  { kind: 'typo en', typed: english(({ facts }, random) => slipped(random, facts.surname)), same: by(({ surname }) => surname) },
  { kind: 'typo zh', typed: chinese(({ facts }) => facts.company.replace('有限', '友限')), same: by(({ company }) => company) },
];

/** A letter left out in the middle. */
function slipped(random: Random, word: string): string {
  const at = 2 + random.whole(word.length - 4);
  return word.slice(0, at) + word.slice(at + 1);
}

/** At most `each` of a kind. */
export function queriesOf(documents: readonly Made[], { seed, each }: { seed: number; each: number }): Asked[] {
  const random = randomOf(seed);
  const asked: Asked[] = [];
  for (const { kind, typed, same } of [...UNDERSTOOD, ...BEYOND]) {
    const texts = new Set<string>();
    for (let tries = 0; texts.size < each && tries < each * 20; tries += 1) {
      const one = documents[random.whole(documents.length)];
      const text = one && typed(one, random);
      if (!one || !text || texts.has(text)) continue;
      texts.add(text);
      asked.push({
        kind,
        typed: `${text}${text.endsWith('"') || kind === 'prefix' ? '' : ' '}`,
        relevant: new Set(documents.filter(same(one)).map(({ id }) => id)),
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
  return [...asked, ...nowhere.map((typed) => ({ kind: 'nothing there', typed: `${typed} `, relevant: new Set<string>() }))];
}
