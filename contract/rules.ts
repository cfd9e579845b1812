/** What our own checks of a field say, in both languages. A schema carries the English sentence; a response shows the reader's. */

const RULES = {
  'a UUIDv7 in lower case': '须为小写的 UUIDv7',
  '64 hexadecimal digits': '须为 64 位十六进制数字',
  'a file name, not a path': '须为文件名，不能是路径',
  'a file name that is seen': '文件名须有可见字符',
  'no lone surrogates': '不能含有不成对的代理字符',
  'no control characters': '不能含有控制字符',
  'no NUL': '不能含有 NUL 字符',
  'no NUL, no lone surrogates': '不能含有 NUL 字符或不成对的代理字符',
  'only letters, digits and . : _ -': '只能含有字母、数字及 . : _ -',
  'a language tag, such as `en` or `zh-Hans`': '须为语言代码，如 `en` 或 `zh-Hans`',
  'at most 16 KiB as JSON': '按 JSON 计最多 16 KiB',
  'at most 64 KiB as JSON': '按 JSON 计最多 64 KiB',
  'given more than once': '重复出现',
  'it is empty': '内容为空',
  'is not the one that the address names, which was given with the work': '与地址中随任务给出的编号不符',
  'only with kind `verify`': '仅可与 kind `verify` 同用',
  'only with kind `replay`': '仅可与 kind `replay` 同用',
  'only with `filter`': '仅可与 `filter` 同用',
  'only with action `reprocess`': '仅可与 action `reprocess` 同用',
  'only with action `patch`': '仅可与 action `patch` 同用',
  'exactly one of `resource_ids`, `items` and `filter`': '`resource_ids`、`items`、`filter` 须且只能给出一个',
  'each picture once': '每张图片只能出现一次',
  'at least one filter': '至少须有一个筛选条件',
  'only from `ocr`: the text is not read again otherwise': '仅可与 `ocr` 同用：否则不会重新识别文字',
} as const;

export type Rule = keyof typeof RULES;

/** The sentence of a check. A sentence without a translation does not compile. */
export const rule = (sentence: Rule): Rule => sentence;

/** The Chinese of a sentence of ours; null if it is none. */
export const ruleInChinese = (sentence: string): string | null =>
  Object.hasOwn(RULES, sentence) ? RULES[sentence as Rule] : null; // just looked up
