/** Whether a text is language at all: cheap, and sure only where it says yes. Names, codes and tables of numbers are none by this measure. */

/** Frequent words of the languages that documents mostly are in. Letters that stand for other letters make none of them. */
const FREQUENT = new Set(
  `the and of to in is for that with on by from this are be at as not or was an it which
   der die das und den von zu mit im ist nicht ein eine des auf für dem
   le la les des et du une un dans est pour que qui par sur au avec ne pas
   el los las del que en por con una para se su
   il di che per non del della con una sono
   de do da em um para com não uma os
   het een van voor met niet op zijn
   och att som det av för på är
   og til som på av med
   że na nie się jest do
   ve bir bu için ile
   và của là cho không được các
   yang dan di untuk dengan ini dari`.split(/\s+/),
);
/** Share of all words: below it, they are there by chance. Plain text has 30 to 50%, forms and letterheads 10. */
const FREQUENT_SHARE = 0.08;
const DIFFERENT = 2;
/** Share of Han characters in words of a dictionary: text has 60 to 80%, characters at random have under 15. */
const WORDS_SHARE = 0.4;
const HAN = /\p{sc=Han}/gu;
const LATIN_WORD = /\p{sc=Latin}[\p{sc=Latin}\p{M}'’]*/gu;
const chinese = new Intl.Segmenter('zh', { granularity: 'word' });

export function makesSense(text: string): boolean {
  const han = text.match(HAN)?.length ?? 0;
  const words = text.toLowerCase().match(LATIN_WORD) ?? [];
  return han > words.length ? isChinese(text, han) : isLatin(words);
}

function isLatin(words: readonly string[]): boolean {
  const frequent = words.filter((word) => word.length > 1 && FREQUENT.has(word));
  return new Set(frequent).size >= DIFFERENT && frequent.length >= FREQUENT_SHARE * words.length;
}

function isChinese(text: string, han: number): boolean {
  let within = 0;
  for (const { segment } of chinese.segment(text)) {
    const length = segment.match(HAN)?.length ?? 0;
    if (length > 1) within += length;
  }
  return within >= WORDS_SHARE * han;
}
