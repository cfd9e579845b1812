/** A dictionary of OpenCC as opencc-js ships it: entries with a bar between, each a word and what stands for it with spaces between. */
declare module 'opencc-js/dict/TWPhrases' {
  const entries: string;
  export default entries;
}
/** Words whose simplified and traditional characters are no simple pairs. */
declare module 'opencc-js/dict/STPhrases' {
  const entries: string;
  export default entries;
}
