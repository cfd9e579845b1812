/**
 * Latin letters that have no decomposition in Unicode, so that NFKD leaves them alone: ß, ł, ø and their like, as they are typed without
 * them. The letter of each is the one that its Unicode name says (LATIN SMALL LETTER L WITH STROKE), digraphs are two letters.
 */

/** Letters to type, and small letters that stand for them. */
const PLAIN = new Map(
  `a ɐɑᴀᶏᶐẚⱥ  aa ꜳ  ae æǣǽᴁ  ao ꜵ  au ꜷ  av ꜹꜻ  ay ꜽ  b ƀƃɓʙᴃᵬᶀꞗ  c ƈȼɕʗᴄↄꜿꞓꞔ  d ðđƌȡɖɗᴅᴆᵭᶁᶑꝺꟈ  dz ʣʤʥꭦ
   e ǝɇɘəɚɛᴇᶒᶓᶕⱸⱻꬲꬳꬴ  f ƒᵮᶂꜰꝼꞙ  fn ʩ  g ǥɠɡɢɣʛᵷᵹᶃꞡꬶ  h ħɥɦʜʮʯⱨⱶꞕ  i ıɨɩɪᴉᵼᶖ  j ȷɉɟʄʝᴊ  k ƙʞᴋᶄⱪꝁꝃꝅꞣ
   l ŀłƚȴɫɬɭʟᴌᶅⱡꝇꝉꞁꞎꬷꬸꬹ  ll ỻ  ls ʪ  lz ʫ  m ɯɰɱᴍᵯᶆꟺꬺ  n ŋƞȵɲɳɴᴎᵰᶇꞑꞥꬻꬼ  o øǿɔɵᴏᴐᴑᴓᶗⱺꝋꝍꬽꬾꬿ  oe œɶ  oo ꝏ  ou ȣᴕ
   p ƥᴘᵱᵽᶈꝑꝓꝕ  q ĸɋʠꝗꝙꞯ  r ɍɹɺɻɼɽɾɿʀʁᴙᴚᵲᵳᶉⱹꝛꞃꞧꭆꭇꭉꭋꭌꭨ  s ȿʂʃʆᵴᶊᶋᶘẜẝꜱꞅꞩꟊ  ss ß  t ŧƫƭȶʇʈᴛᵵⱦꞇ  th þꝥꝧ  ts ʦʧꭧ
   u ʊᴜᴝᵿᶙꞹꭎꭒ  ue ᵫ  v ʋʌᴠᶌỽⱱⱴꝟꝩ  vy ꝡ  w ƿʍᴡⱳ  x ᶍꭖꭗꭘꭙ  y ƴȝɏʎʏỿꭚ  z ƶƺǯȥɀʐʑʒʓᴢᴣᵶᶎᶚⱬꝣ`
    .split(/\s+/)
    .flatMap((one, i, all) => (i % 2 === 0 ? Array.from(all[i + 1] ?? '', (letter) => [letter, one] as const) : [])),
);

const ASCII = /^\p{ASCII}*$/u;
const LATIN = /^[\p{Script=Latin}\p{M}]+$/u;

/** A word of lower case without accents and strokes: recognition often misses them, and few people type them. Other scripts stay as they are. */
export const plainLatin = (word: string): string =>
  ASCII.test(word) || !LATIN.test(word)
    ? word
    : Array.from(word.normalize('NFKD').replace(/\p{M}/gu, ''), (letter) => PLAIN.get(letter) ?? letter).join('');
