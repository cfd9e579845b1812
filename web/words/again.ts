/** Reading pictures again: which, how, and how far it has come. */
import { num, plural } from './format.ts';
import { messages } from './words.ts';

const pictures = (count: number) => plural(count, 'picture', 'pictures');

export const againWords = messages({
  en: {
    title: 'Read again',
    meaning: 'What was read before stays findable until the new text is in.',
    which: 'Which pictures',
    which_meaning: 'Those that match all that is chosen.',
    remark: 'With the remark',
    any_remark: 'any, or none',
    engine: 'Read by',
    any_engine: 'any engine',
    how: 'How',
    how_meaning: 'A choice holds for these pictures until another is made.',
    own_text: 'Text that a file carries itself',
    as_before: 'as before',
    use: 'take it as it is',
    ignore: 'read the page instead',
    discard: 'Drop what people corrected, too',
    none: 'No picture matches.',
    choose: 'Choose a remark or an engine.',
    read: (count: number) => `Read ${pictures(count)} again`,
    ordering: 'Ordering …',
    ordered: (count: number) => `${pictures(count)} ordered:`,
    progress: (ready: number, working: number, failed: number) =>
      [
        `${num(ready, 'en')} read again`,
        ...(working > 0 ? [`${num(working, 'en')} under way`] : []),
        ...(failed > 0 ? [`${num(failed, 'en')} stopped`] : []),
      ].join(', '),
    refused: (count: number, why: string) => `${num(count, 'en')} could not be ordered: ${why}`,
    ready: 'read again',
    failed: 'This could not be read',
    and_more: (count: number) => `and ${num(count, 'en')} more`,
  },
  zh: {
    title: '重新识别',
    meaning: '新文字入库之前，凭原有文字仍可搜到。',
    which: '哪些图片',
    which_meaning: '符合全部所选条件的图片。',
    remark: '带有提示',
    any_remark: '不限',
    engine: '识别引擎',
    any_engine: '不限',
    how: '方式',
    how_meaning: '所选方式对这些图片一直有效，直到再次更改。',
    own_text: '文件自带的文字',
    as_before: '与之前相同',
    use: '直接采用',
    ignore: '改为识别页面',
    discard: '同时放弃人工更正',
    none: '没有符合条件的图片。',
    choose: '请选择提示或引擎。',
    read: (count: number) => `重新识别 ${num(count, 'zh')} 张`,
    ordering: '正在提交…',
    ordered: (count: number) => `已提交 ${num(count, 'zh')} 张：`,
    progress: (ready: number, working: number, failed: number) =>
      [
        `${num(ready, 'zh')} 张已重新识别`,
        ...(working > 0 ? [`${num(working, 'zh')} 张处理中`] : []),
        ...(failed > 0 ? [`${num(failed, 'zh')} 张失败`] : []),
      ].join('，'),
    refused: (count: number, why: string) => `${num(count, 'zh')} 张未能提交：${why}`,
    ready: '已重新识别',
    failed: '无法读取',
    and_more: (count: number) => `另有 ${num(count, 'zh')} 张`,
  },
});
