/** Words that say little alone: a search for part of what was typed leaves them out, and they are not marked beside others. */
import { stem } from './analyse.ts';

const ENGLISH = new Set(
  (
    'a an and any are as at be been but by can could did do does for from had has have he her his how i if in is it its me my no not of on ' +
    'or our please she should show so some than that the their them there these they this those to was we were what when where which who ' +
    'whom whose why will with would you your find get give much many about'
  ).split(' '),
);
/** A pair with one of these says how it is asked, and hardly what for. */
const HAN = new Set([...'的了吗呢吧啊呀么什怎哪谁是在和与及或把被给让就都也还很我你他她它们这那']);
const HAN_PAIRS = new Set(
  '多少 少钱 几个 几张 几次 多久 何时 花了 一下 一共 总共 请问 有没 没有 帮我 看看 查找 找到 需要 想要 可以 关于 为何 如何'.split(
    ' ',
  ),
);

const STEMS = new Set([...ENGLISH].map(stem));
export const isStopWord = (word: string): boolean => ENGLISH.has(word);
/** The same of a token of `grams`. */
export const isStopStem = (token: string): boolean => STEMS.has(token);
export const isStopPair = (pair: string): boolean => HAN_PAIRS.has(pair) || [...pair].some((one) => HAN.has(one));
