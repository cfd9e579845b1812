/** Words whose characters have several readings, as pinyin-pro ships them. */
type Word = { zh: string; pinyin: string };
declare module 'pinyin-pro/dist/esm/data/dict2.mjs' {
  export const Pattern2: Word[];
}
declare module 'pinyin-pro/dist/esm/data/surname.mjs' {
  export const PatternSurname: Word[];
}
declare module 'pinyin-pro/dist/esm/data/dict3.mjs' {
  export const Pattern3: Word[];
}
