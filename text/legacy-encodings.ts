/** How plausible bytes are as text of one of the encodings that names of files had before UTF-8. */

/** A character of a name as one encoding reads it: its bytes, and how usual it is in names, from -1 (never) to 1 (common). */
export type Read = { bytes: number; weight: number };
/** `read`: the character that begins at `at`, where a byte above 0x7F is; null where the encoding has none. */
export type Encoding = { label: string; read(bytes: Uint8Array, at: number): Read | null };

/** The 600 or so characters that most Chinese text is made of, and those that names of scans and photographs have, both forms of each. */
const HAN = new Set(
  '的一是不了在人有我他这這中大来來上个個到国國说說们們为為子和你地出道也时時年得就那要下以生会會自着去之过過家学學对對可她里裡后後小么麼心多天而能好都然没沒日于於起还還发發成事只作当當想看文无無开開手十用主行方又如前所本见見经經头頭面公同三已老从從动動两兩长長知样樣现現分将將外但身些与與高意进進把法此实實回二理美点點月明其种種声聲全工己话話者向情部正名定女问問力机機给給等几幾很业業最间間新什打便位因重被走电電四第门門相次东東政海口使教西再平真听聽世气氣信北少关關并內内加化由却代军軍产產入先山五太水万萬市眼体體别別处處总總才场場师師书書比住员員九笑性通目华華报報立马馬命张張活难難神数數件安表原车車白应應路期叫死常提感金何更反合放做系计計司利受光王果亲親界及今京务務制解各任至清物台象记記边邊共风風战戰干接它许許八特觉覺望直服毛林题題建南度统統色字请請交爱愛让讓认認算论論百吃义義科怎元社术術结結六功指思非流每青管夫连連远遠资資队隊跟带帶花快条條院变變联聯言权權往展该該领領传傳近留红紅治决決周保达達办辦运運武半候七必城父强步完革深区區求品士转轉量空众眾技轻輕程告江语語英基派满滿式李息写寫识識极極令黄黃德收脸臉钱錢党黨倒未持取设設始版双雙历歷越史商千片容研像找友孩站广廣改议議形委早房音火际際则則首单單据據导導影失拿网網香似斯专專石若兵弟谁誰校读讀志飞飛观觀争爭究包组組造落视視济濟喜离離虽雖坏壞票图圖照扫掃描截屏幕副份证證号號复複印档檔案簿账賬帐帳户戶费費租购購买買卖賣订訂发票收據报告会议纪紀要合约約身份护護签簽章旅游遊春夏秋冬节節生婚礼禮毕畢猫貓狗饭飯菜茶酒店铺鋪药藥医醫病检檢查银銀卡余額额度星桌左右相册冊集拍摄攝录錄音乐樂视频頻幻灯燈说明使用手册练習习试試卷作业成绩績单笔筆记草稿终終版备備份临臨时客保险險税稅个人简簡历姓家庭父母宝寶贝貝童老师',
);
/** Hangul that Korean text has most, and those of names of pictures. */
const HANGUL = new Set(
  '이다는의가을에를한고하은로도지사기어인리자대일시스해나그라서정보전부있상구원제수주아우만소장영증문진파스캔사진여행가족회서류계약신분견적명함복본최종새폴더화면캡처받음보험통장급여',
);

const within = (byte: number | undefined, from: number, to: number): byte is number =>
  byte !== undefined && byte >= from && byte <= to;
const isLetter = (byte: number | undefined): boolean => within(byte, 0x41, 0x5a) || within(byte, 0x61, 0x7a);

/** Bytes 80 to 9F of Windows-1252: the decoder of Node 20 has the controls of Latin-1 there. */
export const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const windows1252Text = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => WINDOWS_1252[byte - 0x80] ?? String.fromCharCode(byte)).join('');

const decoders = new Map<string, { decode(bytes: Uint8Array): string }>();
/** Null for bytes that are no text of the encoding. */
export function decoded(label: string, bytes: Uint8Array): string | null {
  if (label === 'windows-1252') return windows1252Text(bytes);
  const decoder = decoders.get(label) ?? new TextDecoder(label, { fatal: true, ignoreBOM: true });
  decoders.set(label, decoder);
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

const PRIVATE = /\p{Co}/u;
const PUNCTUATION = /^[\u00b7\u2014\u2018-\u201d\u2026\u3000-\u3011\u3014-\u3017\uff01-\uff5e]$/u;

function weigh(label: string, bytes: Uint8Array, common: ReadonlySet<string>, otherwise: number): Read | null {
  const char = decoded(label, bytes);
  if (char === null || PRIVATE.test(char)) return null;
  const weight = common.has(char) ? 1 : PUNCTUATION.test(char) ? 0.5 : otherwise;
  return { bytes: bytes.length, weight };
}

/** Level 1 of GB 2312 are the 3,755 usual characters, by sound; level 2 the others, by radical; what GBK added is rare. */
export const GB18030: Encoding = {
  label: 'gb18030',
  read(bytes, at) {
    const [lead, next] = [bytes[at], bytes[at + 1]];
    if (!within(lead, 0x81, 0xfe)) return null;
    if (within(next, 0x30, 0x39)) return weigh('gb18030', bytes.subarray(at, at + 4), HAN, 0.6);
    const is_gb2312 = lead >= 0xa1 && within(next, 0xa1, 0xfe);
    const otherwise = !is_gb2312 ? -0.2 : within(lead, 0xb0, 0xd7) ? 0.5 : within(lead, 0xd8, 0xf7) ? 0.1 : -0.2;
    return weigh('gb18030', bytes.subarray(at, at + 2), HAN, otherwise);
  },
};

/** A4 to C6 are the 5,401 usual characters, by strokes. */
const big5: Encoding = {
  label: 'big5',
  read(bytes, at) {
    const lead = bytes[at];
    if (!within(lead, 0xa1, 0xf9)) return null;
    const otherwise = within(lead, 0xa4, 0xc6) ? 0.45 : lead >= 0xc9 ? 0 : -0.2;
    return weigh('big5', bytes.subarray(at, at + 2), HAN, otherwise);
  },
};

/** 82 and 83 are kana, 88 to 97 the usual kanji; a byte of A1 to DF is kana of half the width, which few names have. */
const shift_jis: Encoding = {
  label: 'shift_jis',
  read(bytes, at) {
    const [lead, next] = [bytes[at], bytes[at + 1]];
    if (within(lead, 0xa1, 0xdf)) return { bytes: 1, weight: -0.1 };
    if (!within(lead, 0x81, 0xfc)) return null;
    const is_kana = (lead === 0x82 && within(next, 0x9f, 0xf1)) || (lead === 0x83 && within(next, 0x40, 0x96));
    const otherwise = is_kana
      ? 0.9
      : lead === 0x81
        ? 0.4
        : within(lead, 0x88, 0x97)
          ? 0.5
          : within(lead, 0x98, 0x9f)
            ? 0.1
            : -0.1;
    return weigh('shift_jis', bytes.subarray(at, at + 2), HAN, otherwise);
  },
};

/** B0 to C8 is hangul, where GB 2312 has its usual characters too. */
const euc_kr: Encoding = {
  label: 'euc-kr',
  read(bytes, at) {
    if (!within(bytes[at], 0xb0, 0xc8) || !within(bytes[at + 1], 0xa1, 0xfe)) return null;
    return weigh('euc-kr', bytes.subarray(at, at + 2), HANGUL, 0.3);
  },
};

/** Where the bytes above 0x7F that `at` is one of begin and end. */
function runAt(bytes: Uint8Array, at: number): { from: number; to: number } {
  let [from, to] = [at, at + 1];
  while ((bytes[from - 1] ?? 0) > 0x7f) from--;
  while ((bytes[to] ?? 0) > 0x7f) to++;
  return { from, to };
}
/** Letters with marks stand alone or in pairs, among letters without. */
const windows1252: Encoding = {
  label: 'windows-1252',
  read(bytes, at) {
    const byte = bytes[at] ?? 0;
    const { from, to } = runAt(bytes, at);
    const is_letter = byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7;
    const [before, behind] = [bytes[from - 1], bytes[to]];
    if (to - from > 2) return { bytes: 1, weight: -0.3 };
    if (!is_letter) return { bytes: 1, weight: to - from === 1 && byte >= 0x91 ? 0.25 : -0.3 };
    const after_small = within(bytes[at - 1], 0x61, 0x7a) || (bytes[at - 1] ?? 0) >= 0xdf;
    if (byte < 0xdf && after_small && (bytes[at - 1] ?? 0) > 0) return { bytes: 1, weight: -0.2 };
    if (!isLetter(before) && !isLetter(behind)) return { bytes: 1, weight: to - from === 1 ? 0.4 : -0.3 };
    return { bytes: 1, weight: to - from === 1 ? 0.7 : 0.5 };
  },
};

/** Cyrillic: words of small letters, with at most a capital before them. */
const windows1251: Encoding = {
  label: 'windows-1251',
  read(bytes, at) {
    const byte = bytes[at] ?? 0;
    const { from, to } = runAt(bytes, at);
    const is_word = [...bytes.subarray(from + 1, to)].every((one) => one >= 0xe0 || one === 0xb8);
    if (byte < 0xc0 && byte !== 0xa8 && byte !== 0xb8) return { bytes: 1, weight: -0.3 };
    return { bytes: 1, weight: is_word ? (to - from >= 3 ? 0.65 : 0.3) : -0.1 };
  },
};

/** The earlier one is taken where two are as plausible. */
export const ENCODINGS: readonly Encoding[] = [GB18030, windows1252, big5, shift_jis, windows1251, euc_kr];
