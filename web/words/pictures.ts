/** What is said of a picture wherever it is shown. */
import type { RemarkCode } from '../../contract/remark-codes.ts';
import { num, plural } from './format.ts';
import { messages } from './words.ts';

/** A few words a remark; its whole meaning stands on the page of the picture. */
type RemarkWords = Record<RemarkCode, string>;
const remarks_en: RemarkWords = {
  no_text_found: 'No text was found on it',
  low_confidence: 'Hard to read, may be wrong',
  page_unread: 'A page could not be read',
  picture_not_read: 'A picture on it was not read',
  other_engine_read: 'Read by another engine than ordered',
  text_layer_doubtful: 'Its own text is doubtful',
  drawn_without_fonts: 'Fonts are missing in the file',
  dynamic_form: 'A form that cannot be shown whole',
  dates_guessed: 'A date was assumed',
};
const remarks_zh: RemarkWords = {
  no_text_found: '未识别出文字',
  low_confidence: '难以辨认，可能有误',
  page_unread: '有一页未能识别',
  picture_not_read: '其中图片的文字未识别',
  other_engine_read: '由另一引擎识别',
  text_layer_doubtful: '自带文字不可靠',
  drawn_without_fonts: '文件缺少字体',
  dynamic_form: '动态表单，无法完整显示',
  dates_guessed: '有的日期是推定的',
};

const FIELDS_ZH: Record<string, string> = {
  title: '标题',
  description: '说明',
  tags: '标签',
  taken_at: '拍摄日期',
  languages: '语言',
  extra: '附加信息',
};
const FIELDS_EN: Record<string, string> = {
  title: 'a title',
  description: 'a description',
  tags: 'tags',
  taken_at: 'a date',
  languages: 'languages',
  extra: 'more details',
};

export const pictureWords = messages({
  en: {
    left: (span: string) => `${span} left`,
    needs: (fields: readonly string[]) =>
      `Needs ${fields.length > 0 ? fields.map((field) => FIELDS_EN[field] ?? field).join(', ') : 'details'}`,
    not_taken: 'Not taken',
    could_not: (step: string): string =>
      ({ ocr: 'Could not be read', save: 'Could not be saved', embed: 'Has no vector', index: 'Could not be indexed' })[step] ??
      'Stopped',
    by_its_text: 'findable by its text',
    uploading: 'Not received yet',
    pages: (count: number) => plural(count, 'page', 'pages'),
    page_of: (page: number, count: number) => `page ${num(page, 'en')} of ${num(count, 'en')}`,
    in_field: {
      title: 'In its title: ',
      description: 'In its description: ',
      tags: 'In its tags only: ',
      filename: 'In its file name only: ',
      text: '',
    },
    remarks: remarks_en as Record<string, string>,
    remark_other: 'Something to look at',
    untitled: 'Untitled',
  },
  zh: {
    left: (span: string) => `还剩 ${span}`,
    needs: (fields: readonly string[]) =>
      fields.length > 0 ? `缺${fields.map((field) => FIELDS_ZH[field] ?? field).join('、')}` : '待补充信息',
    not_taken: '未接收',
    could_not: (step: string): string =>
      ({ ocr: '识别失败', save: '保存失败', embed: '生成向量失败', index: '写入索引失败' })[step] ?? '已停止',
    by_its_text: '凭文字已可搜到',
    uploading: '尚未收到文件',
    pages: (count: number) => `${num(count, 'zh')} 页`,
    page_of: (page: number, count: number) => `第 ${num(page, 'zh')} 页，共 ${num(count, 'zh')} 页`,
    in_field: {
      title: '在标题中：',
      description: '在说明中：',
      tags: '仅在标签中：',
      filename: '仅在文件名中：',
      text: '',
    },
    remarks: remarks_zh as Record<string, string>,
    remark_other: '有一处需要留意',
    untitled: '无标题',
  },
});
