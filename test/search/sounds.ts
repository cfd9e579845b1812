/** Words of titles and tags of the collection as they sound, by hand: a syllable a character. */
import type { Made, Random } from './collection.ts';

const SOUNDS: Readonly<Record<string, string>> = {
  ...{ 收据: 'shōu jù', 付款通知: 'fù kuǎn tōng zhī', 送货单: 'sòng huò dān', 维修申请: 'wéi xiū shēn qǐng' },
  ...{ 空调: 'kōng tiáo', 打印机: 'dǎ yìn jī', 办公桌: 'bàn gōng zhuō', 投影仪: 'tóu yǐng yí', 冰箱: 'bīng xiāng' },
  ...{ 显示器: 'xiǎn shì qì', 饮水机: 'yǐn shuǐ jī', 复印纸: 'fù yìn zhǐ', 扫描仪: 'sǎo miáo yí', 保险柜: 'bǎo xiǎn guì' },
  ...{ 路由器: 'lù yóu qì', 会议椅: 'huì yì yǐ', 票据: 'piào jù', 合同: 'hé tong', 通知: 'tōng zhī' },
};

const has = (word: string) => (other: Made) => `${other.title} ${other.tag}`.includes(word);
const wordsOf = (one: Made): string[] => Object.keys(SOUNDS).filter((word) => has(word)(one));

const withoutTones = (written: string): string => written.normalize('NFD').replace(/[\u0300-\u030C]/g, '');
const capital = (sound: string): string => sound.charAt(0).toUpperCase() + sound.slice(1);

/** One of the words of a title or a tag: together, apart, with capitals or with its tones. */
export function soundOf(one: Made, random: Random): string {
  const [first = '', ...others] = wordsOf(one);
  const sounds = SOUNDS[random.one([first, ...others])] ?? '';
  const plain = withoutTones(sounds);
  return random.one([plain.replaceAll(' ', ''), plain, plain.split(' ').map(capital).join(''), sounds.replaceAll(' ', '')]);
}

/** The word that a text is the sound of. */
export function sameSound(typed: string): (other: Made) => boolean {
  const key = (written: string) => withoutTones(written).replaceAll(' ', '').toLowerCase();
  const word = Object.keys(SOUNDS).find((one) => key(SOUNDS[one] ?? '') === key(typed)) ?? '';
  return has(word);
}
